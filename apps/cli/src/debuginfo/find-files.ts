import { opendir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { compareKinds, DebugFileError, type DebugKind, readDebugContent } from '@strata/debug-files/elf';

/** A file to upload, or one that was named and cannot be. */
export type Found =
  | { readonly path: string; readonly kind: DebugKind }
  | { readonly path: string; readonly problem: string }
  | 'passed over';

/**
 * Files as they are named; of a folder those that have more than dynamic symbols, by their paths' order. Links to folders
 * are not followed, and a file with several names comes once.
 */
export async function* findDebugFiles(paths: readonly string[]): AsyncGenerator<Found> {
  const seen = new Set<string>();
  for (const path of paths) {
    try {
      if ((await stat(path)).isDirectory()) yield* inFolder(path, seen);
      else yield await named(path);
    } catch (error) {
      yield { path, problem: sentence(error) };
    }
  }
}

async function named(path: string): Promise<Found> {
  return { path, kind: (await readDebugContent(path)).kind };
}

async function* inFolder(folder: string, seen: Set<string>): AsyncGenerator<Found> {
  const entries = [];
  for await (const entry of await opendir(folder)) entries.push(entry);
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* inFolder(path, seen);
    else if (entry.isFile() || entry.isSymbolicLink()) yield* fileInFolder(path, seen);
  }
}

/** What is no debug file is not worth a word: a folder has many. */
async function* fileInFolder(path: string, seen: Set<string>): AsyncGenerator<Found> {
  try {
    const real = await realpath(path);
    if (seen.has(real) || !(await stat(real)).isFile()) return;
    seen.add(real);
    const { kind } = await readDebugContent(path);
    if (compareKinds(kind, 'dynsym') > 0) yield { path, kind };
    else yield 'passed over';
  } catch (error) {
    const code = error instanceof DebugFileError ? error.code : (error as NodeJS.ErrnoException).code;
    if (code === 'NOT_ELF' || code === 'ENOENT' || code === 'ELOOP') return;
    if (code === 'NO_SYMBOLS') yield 'passed over';
    else yield { path, problem: sentence(error) };
  }
}

const sentence = (error: unknown) => {
  const { message } = error as Error;
  return message.endsWith('.') ? message : `${message}.`;
};
