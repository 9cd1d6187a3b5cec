import type { IndexStatistics, KeptIndex } from './api.ts';

/** Worst first. */
const SOURCES: readonly IndexStatistics['source'][] = ['dynsym', 'symtab', 'minidebug', 'pclntab', 'dwarf'];

/**
 * Whether an index takes the place of the one that is there: it was made from better, or by a better builder, or knows more,
 * or knows as much and where the program's code is in its file.
 * Of a debug file and of the executable itself both are of the same source, and either may have what the other lacks.
 */
export function isBetter(offered: KeptIndex, present: KeptIndex | null): boolean {
  if (present === null) return true;
  const sources = SOURCES.indexOf(offered.statistics.source) - SOURCES.indexOf(present.statistics.source);
  if (sources !== 0) return sources > 0;
  if (offered.isCurrent !== present.isCurrent) return offered.isCurrent;
  const more = known(offered.statistics) - known(present.statistics);
  return more > 0 || (more === 0 && offered.segments.length > 0 && present.segments.length === 0);
}

const known = ({ locations, functions, files, texts }: IndexStatistics) => locations + functions + files + texts;
