import { z } from 'zod';
import {
  LABELS_MOST,
  NODES_MOST,
  PROFILE_TYPES_MOST,
  SOURCES_MOST,
  TEXT_CHARACTERS_MOST,
  VALUE_MOST,
} from './limits.ts';

/**
 * An agent's batch on the wire: JSON, columns as arrays, names as rows of `strings`. Frames of kind `native` use
 * `mapping` and `address`, the others `function`, `file` and `line`; what a kind does not use is 0.
 */
export const FRAME_KINDS = ['native', 'kernel', 'jit', 'symbolized'] as const;
const UINT32_MOST = 0xffff_ffff;

const text = z.string().max(TEXT_CHARACTERS_MOST);

/**
 * A column of whole numbers from `least` to `most`. One check for the column, not one for each number: a long wrong column
 * must not make as many complaints.
 */
function wholeNumbers(least: number, most: number) {
  const fits = (value: unknown) => Number.isSafeInteger(value) && least <= Number(value) && Number(value) <= most;
  return z.custom<number[]>((given) => Array.isArray(given) && given.length <= NODES_MOST && given.every(fits), {
    error: `must be a list of at most ${NODES_MOST} whole numbers from ${least} to ${most}`,
  });
}

/** A list of texts or small objects, as long as a table may be. */
const tableOf = <T extends z.ZodType>(row: T) =>
  z
    .custom<unknown[]>((given) => Array.isArray(given) && given.length <= SOURCES_MOST, {
      error: `must be a list of at most ${SOURCES_MOST}`,
    })
    .pipe(z.array(row));

const isTexts = (given: unknown) =>
  Array.isArray(given) &&
  given.length <= NODES_MOST &&
  given.every((one) => typeof one === 'string' && one.length <= TEXT_CHARACTERS_MOST);

const rows = wholeNumbers(0, VALUE_MOST);
const labels = z.record(text, text).refine((given) => Object.keys(given).length <= LABELS_MOST, {
  error: `has more than ${LABELS_MOST} labels`,
});

export const batchWireSchema = z.strictObject({
  format: z.literal(1),
  fromMs: z.number().int(),
  toMs: z.number().int(),
  profileTypes: z
    .array(z.strictObject({ name: text.min(1), unit: text.min(1) }))
    .min(1)
    .max(PROFILE_TYPES_MOST),
  workloads: tableOf(
    z.strictObject({ service: text.min(1), version: text, environment: text, namespace: text, cluster: text, labels }),
  ),
  sources: tableOf(z.strictObject({ host: text, pod: text, container: text, process: text, thread: text, labels })),
  strings: z.custom<string[]>(isTexts, {
    error: `must be a list of at most ${NODES_MOST} texts of at most ${TEXT_CHARACTERS_MOST} characters`,
  }),
  mappings: tableOf(z.strictObject({ buildId: text, file: text })),
  frames: z.strictObject({
    kind: rows,
    mapping: rows,
    address: rows,
    function: rows,
    file: rows,
    line: wholeNumbers(0, UINT32_MOST),
  }),
  stacks: z.strictObject({ parent: wholeNumbers(-1, NODES_MOST), frame: rows }),
  samples: z.strictObject({
    profileType: rows,
    workload: rows,
    source: rows,
    node: rows,
    value: rows,
    count: wholeNumbers(0, UINT32_MOST),
  }),
});

export type BatchWire = z.infer<typeof batchWireSchema>;
