import type { UnresolvedFile } from './profile-columns.ts';

const baseName = (file: string) => file.slice(file.lastIndexOf('/') + 1);

/** Why frames of a file have no name, in a sentence that needs no more. */
const WHY: Readonly<Record<string, string>> = {
  NO_INDEX: 'Its symbols have not come from an agent yet.',
  NO_NAME:
    'Its symbols are here, but name none of these addresses: mostly static functions of a file without debug info.',
};
const UNREADABLE = 'Its symbols are here, but cannot be read.';

/** Base names of files, by why their frames have no name. */
export interface UnnamedFiles {
  /** Names may come yet. */
  readonly waiting: readonly string[];
  /** They will not: the symbols do not cover these addresses, or cannot be read. */
  readonly nameless: readonly string[];
}

export function sortUnnamed(files: readonly UnresolvedFile[]): UnnamedFiles {
  const of = (waiting: boolean) => [
    ...new Set(files.filter(({ reason }) => (reason === 'NO_INDEX') === waiting).map(({ file }) => baseName(file))),
  ];
  return { waiting: of(true), nameless: of(false) };
}

/** Why a function that shows as `[FILE]` has no name; `''` for any other. */
export function whyUnnamed(name: string, files: readonly UnresolvedFile[]): string {
  const file = /^\[(.+)\]$/.exec(name)?.[1];
  const reasons = files.filter((entry) => baseName(entry.file) === file).map(({ reason }) => WHY[reason] ?? UNREADABLE);
  return [...new Set(reasons)].join(' ');
}
