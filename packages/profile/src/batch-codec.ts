import { type BatchWire, batchWireSchema, FRAME_KINDS } from './batch-wire.ts';
import { parseBuildId } from './build-id.ts';
import { checkTexts, checkTimes, DEPTH_MOST } from './limits.ts';
import type { Batch, Frame, LookupAddress, Mapping, StackTrie, UnixMs } from './model.ts';
import { ProfileError } from './profile-error.ts';

/** Interns strings; row 0 is ''. */
class Strings {
  readonly list: string[] = [''];
  #row = new Map<string, number>([['', 0]]);

  row(text: string): number {
    const known = this.#row.get(text);
    if (known !== undefined) return known;
    this.list.push(text);
    this.#row.set(text, this.list.length - 1);
    return this.list.length - 1;
  }
}

/** The batch as the object whose JSON is sent; `decodeBatch(encodeBatch(b))` equals `b`. */
export function encodeBatch(batch: Batch): BatchWire {
  const strings = new Strings();
  const mappings: Mapping[] = [];
  const mappingRow = new Map<string, number>();
  const frames: BatchWire['frames'] = { kind: [], mapping: [], address: [], function: [], file: [], line: [] };
  for (const frame of batch.stacks.frames) {
    const native = frame.kind === 'native';
    let mapping = 0;
    if (native) {
      const key = `${frame.mapping.buildId}\0${frame.mapping.file}`;
      mapping = mappingRow.get(key) ?? mappings.push(frame.mapping) - 1;
      mappingRow.set(key, mapping);
    }
    frames.kind.push(FRAME_KINDS.indexOf(frame.kind));
    frames.mapping.push(mapping);
    frames.address.push(native ? frame.address : 0);
    frames.function.push(native ? 0 : strings.row(frame.function));
    frames.file.push(native ? 0 : strings.row(frame.file));
    frames.line.push(native ? 0 : frame.line);
  }
  const { samples, stacks } = batch;
  return {
    format: 1,
    fromMs: batch.from,
    toMs: batch.to,
    profileTypes: [...batch.profileTypes],
    workloads: batch.workloads.map((workload) => ({ ...workload, labels: { ...workload.labels } })),
    sources: batch.sources.map((source) => ({ ...source, labels: { ...source.labels } })),
    strings: strings.list,
    mappings,
    frames,
    stacks: { parent: Array.from(stacks.parent), frame: Array.from(stacks.frame) },
    samples: {
      profileType: Array.from(samples.profileType),
      workload: Array.from(samples.workload),
      source: Array.from(samples.source),
      node: Array.from(samples.node),
      value: Array.from(samples.value),
      count: Array.from(samples.count),
    },
  };
}

/**
 * Reads what `encodeBatch` wrote, from anyone: every row points into its table, every parent stands before its child, no
 * stack is deeper than DEPTH_MOST. Throws ProfileError with one sentence that names the first thing wrong.
 */
export function decodeBatch(input: unknown, nowMs = Date.now()): Batch {
  const parsed = batchWireSchema.safeParse(input);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new ProfileError(
      'INVALID_BATCH',
      `The batch is not valid at ${issue.path.join('.') || 'its top'}: ${issue.message}.`,
    );
  }
  const wire = parsed.data;
  checkTimes(wire.fromMs, wire.toMs, nowMs);
  const stacks = { frames: decodeFrames(wire), ...decodeStacks(wire) };
  checkTexts(stacks, wire.sources);
  const { samples } = wire;
  sameLength('samples', samples);
  rowsIn('samples.profileType', samples.profileType, wire.profileTypes.length);
  rowsIn('samples.workload', samples.workload, wire.workloads.length);
  rowsIn('samples.source', samples.source, wire.sources.length);
  rowsIn('samples.node', samples.node, stacks.parent.length);
  return {
    from: wire.fromMs as UnixMs,
    to: wire.toMs as UnixMs,
    profileTypes: wire.profileTypes,
    workloads: wire.workloads,
    sources: wire.sources,
    stacks,
    samples: {
      profileType: Uint8Array.from(samples.profileType),
      workload: Uint32Array.from(samples.workload),
      source: Uint32Array.from(samples.source),
      node: Uint32Array.from(samples.node),
      value: Float64Array.from(samples.value),
      count: Uint32Array.from(samples.count),
    },
  };
}

function decodeFrames({ frames, strings, mappings: wireMappings }: BatchWire): Frame[] {
  sameLength('frames', frames);
  rowsIn('frames.kind', frames.kind, FRAME_KINDS.length);
  rowsIn('frames.function', frames.function, strings.length);
  rowsIn('frames.file', frames.file, strings.length);
  const mappings = wireMappings.map(({ buildId, file }) => ({ buildId: parseBuildId(buildId), file }));
  return frames.kind.map((kindRow, i): Frame => {
    const kind = FRAME_KINDS[kindRow]!;
    if (kind !== 'native') {
      return { kind, function: strings[frames.function[i]!]!, file: strings[frames.file[i]!]!, line: frames.line[i]! };
    }
    const mapping = mappings[frames.mapping[i]!];
    if (!mapping) refuse(`frames.mapping has a row that is not in mappings`);
    return { kind, mapping: mapping!, address: frames.address[i]! as LookupAddress };
  });
}

function decodeStacks({ stacks, frames }: BatchWire): Pick<StackTrie, 'parent' | 'frame'> {
  sameLength('stacks', stacks);
  rowsIn('stacks.frame', stacks.frame, frames.kind.length);
  const depth = new Uint16Array(stacks.parent.length);
  for (const [node, parent] of stacks.parent.entries()) {
    if (parent >= node) refuse('stacks.parent has a node before its parent');
    depth[node] = parent < 0 ? 1 : depth[parent]! + 1;
    if (depth[node]! > DEPTH_MOST) throw new ProfileError('TOO_DEEP', `A stack has more than ${DEPTH_MOST} frames.`);
  }
  return { parent: Int32Array.from(stacks.parent), frame: Uint32Array.from(stacks.frame) };
}

function sameLength(what: string, columns: Readonly<Record<string, readonly number[]>>): void {
  const lengths = new Set(Object.values(columns).map((column) => column.length));
  if (lengths.size > 1) refuse(`the columns of ${what} differ in length`);
}

function rowsIn(what: string, column: readonly number[], size: number): void {
  for (const row of column) if (row >= size) refuse(`${what} has row ${row} of a table with ${size}`);
}

function refuse(problem: string): never {
  throw new ProfileError('INVALID_BATCH', `The batch is not valid: ${problem}.`);
}
