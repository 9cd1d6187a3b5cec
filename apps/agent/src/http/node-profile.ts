import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { encodePprof, type StackProfile } from '@strata/profile';
import { type IndexStore, nameFrames } from '@strata/symbolizer';
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

/**
 * What a node recorded, as a gzipped pprof: every native frame with its mapping, address and build ID, and with its name
 * where this machine has the file's symbol index.
 */
export async function encodeNodeProfile(
  window: Window,
  span: { readonly from: number; readonly to: number; readonly nanosecondsPerSample: number },
  store: IndexStore,
): Promise<Buffer> {
  const profile = profileOf(window, span.from, span.to, span.nanosecondsPerSample);
  const { names } = await nameFrames(profile, store);
  return compress(encodePprof(profile, names));
}
