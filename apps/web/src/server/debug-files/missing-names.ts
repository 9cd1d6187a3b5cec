import type { BuildId } from '@strata/profile';
import type { Selection, SymbolSearch, TimeRange } from '@strata/storage';
import type { Parts } from '../parts.ts';
import { type UnnamedFile, unnamedFiles } from './unnamed-samples.ts';

/** Services are looked at by their samples, most first; a page of them would be read by nobody. */
const SERVICES_MOST = 50;
const FILES_MOST = 500;
/** What was looked up before a debug file arrived may be remembered for so long. */
const NAMES_WITHIN_SECONDS = 60;
/** Services that are summed side by side. */
const AT_ONCE = 8;

/**
 * Why a file's frames have no name. `waiting`: a debug file is there, its index is not yet; `failed`: its index cannot be
 * built, or read; `incomplete`: what is there does not know these addresses; `missing`: nothing was found; `unknown`: nobody has
 * answered yet.
 */
export type MissingState = 'waiting' | 'failed' | 'incomplete' | 'missing' | 'unknown';

export interface MissingNames extends UnnamedFile {
  /** Those with the most of its samples first. */
  readonly services: readonly string[];
  readonly state: MissingState;
  /** One sentence. */
  readonly reason: string;
  /** Where debug information was looked for, by agents and at debuginfod servers. */
  readonly searches: readonly SymbolSearch[];
  /** Unix seconds at which a debug file arrived, or null. */
  readonly arrivedAt: number | null;
}

export interface MissingNamesAnswer {
  /** Of all services that were looked at. */
  readonly samples: number;
  readonly files: readonly MissingNames[];
}

/** Files with frames without a name in samples of the range, most samples first. Throws StorageError, DebugFileError. */
export async function listMissingNames(parts: Parts, range: TimeRange): Promise<MissingNamesAnswer> {
  const services = (await parts.storage.listServices(range, 1)).toSorted((a, b) => b.samples - a.samples);
  const found = new Map<BuildId, UnnamedFile & { services: string[] }>();
  let samples = 0;
  const asked = services.slice(0, SERVICES_MOST);
  while (asked.length > 0) {
    const answers = asked.splice(0, AT_ONCE).map(async ({ profileTypes, service }) => {
      const profileType = (profileTypes.find(({ name }) => name === 'cpu') ?? profileTypes[0])?.name;
      if (profileType === undefined) return { service, samples: 0, files: [] };
      const selection: Selection = { ...range, service, profileType, versions: [], labels: [] };
      const sums = await parts.storage.sumStacks(selection);
      return { service, samples: sums.samples, files: await unnamedFiles(sums.profile, parts.symbols.resolve) };
    });
    for (const answer of await Promise.all(answers)) {
      samples += answer.samples;
      for (const file of answer.files) add(found, file, answer.service);
    }
  }
  const files = [...found.values()].sort((a, b) => b.samples - a.samples).slice(0, FILES_MOST);
  const searches = files.length === 0 ? [] : await parts.storage.listSymbolSearches(files.map((file) => file.buildId));
  const unmet = files.length === 0 ? new Map<BuildId, BuildId>() : await parts.debugFiles.kept.listUnmet();
  const explained = files.map((file) => explain(parts, file, searches, unmet.get(file.buildId) ?? null));
  return { samples, files: await Promise.all(explained) };
}

function add(found: Map<BuildId, UnnamedFile & { services: string[] }>, file: UnnamedFile, service: string): void {
  const known = found.get(file.buildId);
  found.set(file.buildId, {
    ...file,
    samples: file.samples + (known?.samples ?? 0),
    addresses: Math.max(file.addresses, known?.addresses ?? 0),
    unnamed: Math.max(file.unnamed, known?.unnamed ?? 0),
    services: [...(known?.services ?? []), service],
  });
}

/** `needed`: what dwz moved out of the file is there, and that is not here. */
async function explain(
  { debugFiles, symbols }: Parts,
  file: UnnamedFile & { services: readonly string[] },
  allSearches: readonly SymbolSearch[],
  needed: BuildId | null,
): Promise<MissingNames> {
  const searches = allSearches.filter(({ buildId }) => buildId === file.buildId);
  const kept = await debugFiles.kept.find(file.buildId);
  const told = { ...file, searches, arrivedAt: kept?.record.arrivedAt ?? null };
  if (kept?.outcome === null)
    return { ...told, state: 'waiting', reason: 'Its debug file is there, and the index is being built.' };
  if (file.unreadable !== '')
    return { ...told, state: 'failed', reason: `Its index cannot be read: ${file.unreadable}` };
  if (kept?.outcome?.state === 'failed') return { ...told, state: 'failed', reason: kept.outcome.reason };
  if (kept !== null && needed === null && Date.now() / 1000 - kept.record.arrivedAt < NAMES_WITHIN_SECONDS)
    return { ...told, state: 'waiting', reason: 'Its debug file has just arrived: names appear within a minute.' };
  const index = await symbols.describe(file.buildId);
  if (kept === null) {
    const vain = inVain(searches);
    const known = index === null ? 'Nothing' : `Only its table of symbols (${index.statistics.source})`;
    if (vain !== null) return { ...told, state: vain.state, reason: `${known} is known of it: ${vain.reason}` };
  }
  if (index === null) {
    return { ...told, state: 'unknown', reason: 'Nobody has said yet whether there is debug information for it.' };
  }
  const unnamed = `Its index, made from ${index.statistics.source}, does not know ${file.unnamed} of ${file.addresses} addresses`;
  const more = needed === null ? '' : `: dwz moved a part of its debug information to ${needed}, which is not here`;
  return { ...told, state: 'incomplete', reason: `${unnamed}${more}.` };
}

/** What searches that found nothing come to; one that names no place it looked at has not been answered. */
function inVain(searches: readonly SymbolSearch[]): { state: MissingState; reason: string } | null {
  const open = searches.filter(({ found, lookedAt }) => !found && lookedAt.length === 0);
  if (searches.some(({ found, lookedAt }) => !found && lookedAt.length > 0))
    return { state: 'missing', reason: 'no debug information was found.' };
  const agent = open.find(({ place }) => place === 'agent');
  if (agent !== undefined) return { state: 'missing', reason: `its agent says «${agent.reason}»` };
  if (open.length === 0) return null;
  return { state: 'unknown', reason: `${open[0]!.place} did not answer, and will be asked again.` };
}
