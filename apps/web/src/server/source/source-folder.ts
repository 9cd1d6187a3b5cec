import { open, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { WebError } from '../errors.ts';
import { SOURCE_BYTES_MOST, type SourceFile, tooLarge } from './source-file.ts';
import { partsOfPath } from './source-path.ts';

/** Directories of a path that are tried one after the other: builds lie deep, but not this deep. */
const PARTS_MOST = 64;

/**
 * Finds a file of debug information in a folder: what a build calls `/build/42/shop/a.cpp` may lie there as
 * `shop/a.cpp`, so leading directories are left out one by one until there is such a file. Nothing outside of the folder
 * is ever read, also not by a link. `null` when it is not there.
 */
export async function readFromFolder(folder: string, path: string): Promise<SourceFile | null> {
  const parts = partsOfPath(path);
  if (parts === null || parts.length > PARTS_MOST) return null;
  const root = await realpath(folder).catch((cause) => {
    throw new WebError('SOURCE_UNAVAILABLE', `The folder of sources ${folder} cannot be read.`, { cause });
  });
  for (let skipped = 0; skipped < parts.length; skipped++) {
    const real = await realpath(join(root, ...parts.slice(skipped))).catch(() => null);
    if (real === null || !real.startsWith(root.endsWith(sep) ? root : root + sep)) continue;
    const text = await readText(real);
    if (text !== null) return { path: relative(root, real), text };
  }
  return null;
}

/** `null` for what is no file that may be read. */
async function readText(path: string): Promise<string | null> {
  const file = await open(path).catch(() => null);
  if (file === null) return null;
  try {
    const { size } = await file.stat();
    if (!(await file.stat()).isFile()) return null;
    if (size > SOURCE_BYTES_MOST) throw tooLarge(path);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}
