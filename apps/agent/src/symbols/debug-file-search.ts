import { dirname, join } from 'node:path';
import { compareKinds, type DebugKind, readDebugContent, readDebugPointers } from '@strata/debug-files/elf';
import { type BuildId, splitBuildId } from '@strata/profile';
import { describeElf } from '@strata/symbolizer';

/** Where to look: the file a process runs, and the root of each process's own mount namespace in which it has its path. */
export interface SearchPlace {
  readonly buildId: BuildId;
  /** As the process sees it. */
  readonly path: string;
  /** Paths of ours under which it can be opened. */
  readonly openable: readonly string[];
  /** `/proc/PID/root` of processes that run it; the last, '', is our own. */
  readonly roots: readonly string[];
}

export interface FoundDebugFile {
  readonly path: string;
  readonly kind: DebugKind;
}

export interface SearchResult {
  readonly found: FoundDebugFile | null;
  /** Paths as the process sees them. */
  readonly lookedAt: readonly string[];
}

const PLACES = '/usr/lib/debug';

/**
 * The debug information of a file: in it, or split off it and where gdb would look for it. What lies at a path counts only
 * when it is of the same build ID, since it may be of another version, or put there to have us read something else.
 */
export async function findDebugFile({ buildId, openable, path, roots }: SearchPlace): Promise<SearchResult> {
  const lookedAt = [path];
  let link: string | null = null;
  for (const each of openable) {
    const pointers = await attempt(() => readDebugPointers(each));
    if (!pointers || !(await isOf(each, buildId))) continue;
    if (pointers.kind === 'dwarf') return { found: { path: each, kind: 'dwarf' }, lookedAt };
    link = pointers.link;
    break;
  }
  for (const candidate of splitOffPaths(buildId, path, link)) {
    lookedAt.push(candidate);
    for (const root of roots) {
      const at = `${root}${candidate}`;
      const content = await attempt(() => readDebugContent(at));
      // A table of symbols that was split off is more than the file itself has.
      if (!content || compareKinds(content.kind, 'symtab') < 0 || !(await isOf(at, buildId))) continue;
      return { found: { path: at, kind: content.kind }, lookedAt };
    }
  }
  return { found: null, lookedAt };
}

function splitOffPaths(buildId: BuildId, path: string, link: string | null): readonly string[] {
  const folder = dirname(path);
  const { hex, kind } = splitBuildId(buildId);
  const byBuildId = kind === 'gnu' ? [join(PLACES, '.build-id', hex.slice(0, 2), `${hex.slice(2)}.debug`)] : [];
  const byLink = link === null ? [] : [join(folder, link), join(folder, '.debug', link), join(PLACES, folder, link)];
  return [...byBuildId, ...byLink];
}

const isOf = async (path: string, buildId: BuildId) => (await attempt(() => describeElf(path)))?.buildId === buildId;

/** Null where nothing is, or nothing that can be read: the next place may have it. */
async function attempt<T>(look: () => Promise<T>): Promise<T | null> {
  try {
    return await look();
  } catch {
    return null;
  }
}
