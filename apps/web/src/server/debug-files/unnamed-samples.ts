import type { BuildId, LookupAddress, StackProfile } from '@strata/profile';
import type { Resolution } from '@strata/symbolizer';

/** A file of which a profile has frames without a name. */
export interface UnnamedFile {
  readonly buildId: BuildId;
  readonly path: string;
  /** Samples with such a frame in their stack, each once. */
  readonly samples: number;
  /** Addresses of the file, and how many of them have no name. */
  readonly addresses: number;
  readonly unnamed: number;
  /** Why its index cannot be read, or ''. */
  readonly unreadable: string;
}

/** Names for many addresses of one file: `IndexStore.resolve`. */
type Resolve = (buildId: BuildId, addresses: readonly LookupAddress[]) => Promise<readonly Resolution[] | null>;

/** Files of a profile with frames that `resolve` has no name for. A file whose index cannot be read says why. */
export async function unnamedFiles(
  { stacks, count }: Pick<StackProfile, 'stacks' | 'count'>,
  resolve: Resolve,
): Promise<readonly UnnamedFile[]> {
  const framesOf = new Map<BuildId, number[]>();
  stacks.frames.forEach((frame, row) => {
    if (frame.kind !== 'native') return;
    const rows = framesOf.get(frame.mapping.buildId);
    if (rows) rows.push(row);
    else framesOf.set(frame.mapping.buildId, [row]);
  });
  const unnamedFrame = new Int32Array(stacks.frames.length).fill(-1);
  const found: (UnnamedFile & { samples: number })[] = [];
  for (const [buildId, rows] of framesOf) {
    const natives = rows.map((row) => stacks.frames[row]!).filter((frame) => frame.kind === 'native');
    let unreadable = '';
    const addresses = natives.map(({ address }) => address);
    const resolutions = await resolve(buildId, addresses).catch((cause: Error) => {
      unreadable = cause.message;
      return null;
    });
    const open = rows.filter((_, i) => (resolutions?.[i]?.length ?? 0) === 0);
    if (open.length === 0) continue;
    for (const row of open) unnamedFrame[row] = found.length;
    const path = natives[0]!.mapping.file;
    found.push({ buildId, path, samples: 0, addresses: rows.length, unnamed: open.length, unreadable });
  }
  addSamples(stacks, totals(stacks, count), unnamedFrame, found);
  return found;
}

/** Per node its samples and those of all below it; a node comes behind its parent. */
function totals({ parent }: StackProfile['stacks'], count: Float64Array): Float64Array {
  const total = Float64Array.from(count);
  for (let node = total.length - 1; node >= 0; node--) if (parent[node]! >= 0) total[parent[node]!]! += total[node]!;
  return total;
}

/** A file's samples are those below its outermost frames without a name. */
function addSamples(
  { frame, parent }: StackProfile['stacks'],
  total: Float64Array,
  unnamedFrame: Int32Array,
  files: { samples: number }[],
): void {
  for (let node = 0; node < total.length; node++) {
    const file = unnamedFrame[frame[node]!]!;
    if (file < 0) continue;
    let outer = parent[node]!;
    while (outer >= 0 && unnamedFrame[frame[outer]!] !== file) outer = parent[outer]!;
    if (outer < 0) files[file]!.samples += total[node]!;
  }
}
