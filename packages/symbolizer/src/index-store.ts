import type { BuildId, LookupAddress } from '@strata/profile';
import type { IndexStore, Resolution } from './api.ts';
import { indexFile, indexPath, writeIndex } from './index-files.ts';
import { IndexReaders, type Reader } from './index-readers.ts';
import { native, withCode } from './native.ts';
import { SymbolizerError } from './symbolizer-error.ts';

/** Addresses per call of the addon: large enough to be cheap, small enough not to hold its thread for long. */
const BATCH = 65_536;
const UNKNOWN: Resolution = [];

/** A store of indexes in `folder`, which need not exist yet. `nowMs` is a clock that never goes back. */
export function openIndexStore(folder: string, nowMs: () => number = () => performance.now()): IndexStore {
  const readers = new IndexReaders(folder, nowMs);
  return {
    has: async (buildId) => (await indexFile(indexPath(folder, buildId))) !== null,
    async put(buildId, index) {
      await writeIndex(indexPath(folder, buildId), buildId, index);
      readers.forget(buildId);
    },
    async resolve(buildId, addresses) {
      native();
      const reader = await readers.get(buildId);
      if (reader === null) return null;
      checkBuildId(reader, buildId);
      const answers = await answersTo(reader, addresses);
      readers.keepWithinBudgets();
      return answers;
    },
  };
}

/** A file may have been moved by hand; names of another file would be worse than none. */
function checkBuildId(reader: Reader, buildId: BuildId): void {
  if (reader.index.buildId === buildId) return;
  throw new SymbolizerError(
    'INVALID_INDEX',
    `The symbol index kept for ${buildId} is of ${reader.index.buildId}: delete it, and it is asked for again.`,
  );
}

async function answersTo(reader: Reader, addresses: readonly LookupAddress[]): Promise<readonly Resolution[]> {
  const resolutions = new Array<Resolution>(addresses.length);
  const open: number[] = [];
  for (let i = 0; i < addresses.length; i++) {
    const known = reader.answers.get(addresses[i]!);
    if (known === undefined) open.push(i);
    else resolutions[i] = known;
  }
  for (let from = 0; from < open.length; from += BATCH) {
    const batch = open.slice(from, from + BATCH);
    const { names, rows } = await withCode(reader.index.resolve(Float64Array.from(batch, (i) => addresses[i]!)));
    const named = names.map((name) => namedOnce(reader, name));
    for (const [position, i] of batch.entries()) {
      const resolution = named[rows[position]!] ?? UNKNOWN;
      resolutions[i] = resolution;
      reader.answers.set(addresses[i]!, resolution);
    }
  }
  return resolutions;
}

function namedOnce(reader: Reader, name: string): Resolution {
  const known = reader.named.get(name);
  if (known) return known;
  const resolution = [{ function: name, file: '', line: 0 }];
  reader.named.set(name, resolution);
  return resolution;
}
