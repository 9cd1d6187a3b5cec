import { z } from 'zod';
import { LABELS_MOST, TEXT_CHARACTERS_MOST, VALUE_MOST } from './limits.ts';

/**
 * An agent's batch on the wire: JSON, columns as arrays, names as rows of `strings`. Frames of kind `native` use
 * `mapping` and `address`, the others `function`, `file` and `line`; what a kind does not use is 0.
 */
export const FRAME_KINDS = ['native', 'kernel', 'jit', 'symbolized'] as const;

const text = z.string().max(TEXT_CHARACTERS_MOST);
const row = z.number().int().nonnegative();
const rows = z.array(row);
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
    .max(255),
  workloads: z.array(
    z.strictObject({ service: text.min(1), version: text, environment: text, namespace: text, cluster: text, labels }),
  ),
  sources: z.array(z.strictObject({ host: text, pod: text, container: text, process: text, thread: text, labels })),
  strings: z.array(text),
  mappings: z.array(z.strictObject({ buildId: text, file: text })),
  frames: z.strictObject({ kind: rows, mapping: rows, address: rows, function: rows, file: rows, line: rows }),
  stacks: z.strictObject({ parent: z.array(z.number().int().min(-1)), frame: rows }),
  samples: z.strictObject({
    profileType: rows,
    workload: rows,
    source: rows,
    node: rows,
    value: z.array(z.number().int().nonnegative().max(VALUE_MOST)),
    count: z.array(z.number().int().nonnegative().max(0xffff_ffff)),
  }),
});

export type BatchWire = z.infer<typeof batchWireSchema>;
