import type { BuildId, LookupAddress } from '@strata/profile';
import type { IndexStore, KeptIndex, Resolution } from './api.ts';
import { isBetter } from './better-index.ts';
import { indexPath, writeIndex } from './index-files.ts';
import { IndexReaders, type Reader } from './index-readers.ts';
import { native, withCode } from './native.ts';
import { resolutionsOf } from './resolutions.ts';
import { SymbolizerError, type SymbolizerErrorCode } from './symbolizer-error.ts';

/** Addresses per call of the addon: large enough to be cheap, small enough not to hold its thread for long. */
const BATCH = 65_536;
const UNKNOWN: Resolution = [];
const ASKED_FOR_AGAIN: ReadonlySet<string> = new Set<SymbolizerErrorCode>(['INVALID_INDEX', 'OTHER_VERSION']);

/** A store of indexes in `folder`, which need not exist yet. `nowMs` is a clock that never goes back. */
export function openIndexStore(folder: string, nowMs: () => number = () => performance.now()): IndexStore {
  const readers = new IndexReaders(folder, nowMs);
  const counters = { hits: 0, misses: 0 };
  return {
    counters,
    has: async (buildId) => (await describe(readers, buildId))?.isCurrent ?? false,
    describe: async (buildId) => describe(readers, buildId),
    pathOf: (buildId) => indexPath(folder, buildId),
    async put(buildId, index, force = false) {
      // Looked at last: another process may put one meanwhile.
      const isWanted = async (offered: KeptIndex) => force || isBetter(offered, await describe(readers, buildId));
      const isKept = await writeIndex(indexPath(folder, buildId), buildId, index, isWanted);
      if (isKept) readers.forget(buildId);
      return isKept;
    },
    async resolve(buildId, addresses) {
      native();
      const reader = await readers.get(buildId).catch(absentIfOfOtherVersion);
      if (reader === null) return null;
      checkBuildId(reader, buildId);
      const answers = await answersTo(reader, addresses, counters);
      readers.keepWithinBudgets();
      return answers;
    },
    async sourceText(buildId, path) {
      const reader = await readers.get(buildId).catch(absentIfOfOtherVersion);
      if (reader === null) return null;
      checkBuildId(reader, buildId);
      return withCode(reader.index.sourceText(path));
    },
  };
}

/** A program of another version left it; the collector asks for it anew. */
function absentIfOfOtherVersion(cause: unknown): null {
  if (cause instanceof SymbolizerError && cause.code === 'OTHER_VERSION') return null;
  throw cause;
}

/** One that is damaged, of another version or of another file is asked for again, as if it were not there. */
async function describe(readers: IndexReaders, buildId: BuildId): Promise<KeptIndex | null> {
  try {
    const reader = await readers.get(buildId, 0);
    if (reader?.index.buildId !== buildId) return null;
    const { generation, isCurrent, segments, statistics } = reader.index;
    return { generation, isCurrent, segments, statistics };
  } catch (cause) {
    if (cause instanceof SymbolizerError && ASKED_FOR_AGAIN.has(cause.code)) return null;
    throw cause;
  }
}

/** A file may have been moved by hand; names of another file would be worse than none. */
function checkBuildId(reader: Reader, buildId: BuildId): void {
  if (reader.index.buildId === buildId) return;
  throw new SymbolizerError(
    'INVALID_INDEX',
    `The symbol index kept for ${buildId} is of ${reader.index.buildId}: delete it, and it is asked for again.`,
  );
}

async function answersTo(
  reader: Reader,
  addresses: readonly LookupAddress[],
  counters: { hits: number; misses: number },
): Promise<readonly Resolution[]> {
  const resolutions = new Array<Resolution>(addresses.length);
  const open: number[] = [];
  for (let i = 0; i < addresses.length; i++) {
    const known = reader.answers.get(addresses[i]!);
    if (known === undefined) open.push(i);
    else resolutions[i] = known;
  }
  counters.hits += addresses.length - open.length;
  counters.misses += open.length;
  for (let from = 0; from < open.length; from += BATCH) {
    const batch = open.slice(from, from + BATCH);
    const asked = Float64Array.from(batch, (i) => addresses[i]!);
    const answers = await withCode(reader.index.resolve(asked));
    const located = resolutionsOf(answers, reader.locations);
    for (const [position, i] of batch.entries()) {
      const resolution = located[answers.rows[position]!] ?? UNKNOWN;
      resolutions[i] = resolution;
      reader.answers.set(addresses[i]!, resolution);
    }
  }
  return resolutions;
}
