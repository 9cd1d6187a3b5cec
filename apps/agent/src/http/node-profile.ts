import { basename } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import {
  type BuildId,
  encodePprof,
  type Frame,
  FUNCTION_KINDS,
  type FunctionKind,
  type FunctionTable,
  type LookupAddress,
  type StackProfile,
} from '@strata/profile';
import type { IndexStore } from '@strata/symbolizer';
import { CPU, type Window } from '../window.ts';

const compress = promisify(gzip);

/** Sums a window per stack, over all its processes. */
function profileOf(window: Window, from: number, to: number, nanosecondsPerSample: number): StackProfile {
  const batch = window.toBatch(from, to, nanosecondsPerSample);
  const value = new Float64Array(batch.stacks.parent.length);
  const count = new Float64Array(batch.stacks.parent.length);
  for (const [row, node] of batch.samples.node.entries()) {
    value[node]! += batch.samples.value[row]!;
    count[node]! += batch.samples.count[row]!;
  }
  return { profileType: CPU, from: batch.from, to: batch.to, stacks: batch.stacks, value, count };
}

/** Names of native frames by row, from the indexes this machine has; those it has not stay `file+address`. */
async function resolveNames(frames: readonly Frame[], store: IndexStore): Promise<Map<number, string>> {
  const rowsOf = new Map<BuildId, { readonly row: number; readonly address: LookupAddress }[]>();
  for (const [row, frame] of frames.entries()) {
    if (frame.kind !== 'native') continue;
    const rows = rowsOf.get(frame.mapping.buildId) ?? [];
    rowsOf.set(frame.mapping.buildId, rows);
    rows.push({ row, address: frame.address });
  }
  const names = new Map<number, string>();
  for (const [buildId, rows] of rowsOf) {
    const found = await store
      .resolve(
        buildId,
        rows.map(({ address }) => address),
      )
      .catch(() => null);
    for (const [i, resolution] of (found ?? []).entries()) {
      // One pprof location, one name: the function the code stands in, not what was inlined into it.
      const name = resolution.at(-1)?.function;
      if (name) names.set(rows[i]!.row, name);
    }
  }
  return names;
}

const KIND_OF: Readonly<Record<Frame['kind'], FunctionKind>> = {
  native: 'application',
  symbolized: 'application',
  kernel: 'kernel',
  jit: 'jit',
};

/** Functions of frame rows: rows of the same name in the same file are one function. */
function tabulate(frames: readonly Frame[], names: ReadonlyMap<number, string>) {
  const name: string[] = [];
  const file: string[] = [];
  const binary: string[] = [];
  const kind: number[] = [];
  const known = new Map<string, number>();
  const functionOf = Uint32Array.from(frames, (frame, row) => {
    const native = frame.kind === 'native';
    const base = native ? basename(frame.mapping.file) : '';
    const called = native ? (names.get(row) ?? `${base}+0x${frame.address.toString(16)}`) : frame.function;
    const source = native ? '' : frame.file;
    const key = `${called}\0${source}\0${base}`;
    const index = known.get(key) ?? name.push(called) - 1;
    if (known.has(key)) return index;
    known.set(key, index);
    file.push(source);
    binary.push(base);
    kind.push(FUNCTION_KINDS.indexOf(KIND_OF[frame.kind]));
    return index;
  });
  const functions: FunctionTable = { name, file, binary, kind: Uint8Array.from(kind) };
  return { functions, functionOf };
}

/** What a node recorded, as a gzipped pprof: every native frame with its mapping, address and build ID. */
export async function encodeNodeProfile(
  window: Window,
  span: { readonly from: number; readonly to: number; readonly nanosecondsPerSample: number },
  store: IndexStore,
): Promise<Buffer> {
  const profile = profileOf(window, span.from, span.to, span.nanosecondsPerSample);
  const { functions, functionOf } = tabulate(profile.stacks.frames, await resolveNames(profile.stacks.frames, store));
  return compress(encodePprof(profile, functions, functionOf));
}
