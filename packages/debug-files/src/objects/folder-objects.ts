import { randomUUID } from 'node:crypto';
import { access, copyFile, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { DebugFileError } from '../debug-file-error.ts';
import type { Objects } from './objects.ts';

const TEMPORARY = '.tmp';
const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;

/** Objects as files below a folder, which is made when something is written. */
export function folderObjects(folder: string): Objects {
  const pathOf = (key: string) => join(folder, key);
  const attempt = async <T>(key: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      const reason = (cause as Error).message;
      throw new DebugFileError('STORE_UNAVAILABLE', `The debug file store cannot use ${pathOf(key)}: ${reason}.`, {
        cause,
      });
    }
  };
  const unlessMissing = async <T>(work: Promise<T>): Promise<T | null> =>
    work.catch((error) => {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    });
  const has = async (key: string) => (await unlessMissing(access(pathOf(key)).then(() => true))) ?? false;

  return {
    readText: (key) => attempt(key, () => unlessMissing(readFile(pathOf(key), 'utf8'))),
    writeText: (key, text) =>
      attempt(key, () => replace(pathOf(key), async (temporary) => writeDurably(temporary, text))),
    adopt: (key, path) =>
      attempt(key, async () => {
        await mkdir(dirname(pathOf(key)), { recursive: true, mode: 0o700 });
        await flush(path);
        const moved = await rename(path, pathOf(key)).catch((error) => {
          if (codeOf(error) !== 'EXDEV') throw error;
          return 'another disk';
        });
        if (moved === undefined) return;
        await replace(pathOf(key), async (temporary) => {
          await copyFile(path, temporary);
          await flush(temporary);
        });
        await rm(path, { force: true });
      }),
    has: (key) => attempt(key, () => has(key)),
    remove: (key) => attempt(key, () => rm(pathOf(key), { force: true })),
    list: (prefix) =>
      attempt(prefix, async () => {
        const found = await unlessMissing(readdir(pathOf(prefix), { recursive: true, withFileTypes: true }));
        return (found ?? [])
          .filter((entry) => entry.isFile() && !entry.name.endsWith(TEMPORARY))
          .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
      }),
    withFile: async (key, use) => ((await attempt(key, () => has(key))) ? use(pathOf(key)) : null),
  };
}

async function replace(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomUUID()}${TEMPORARY}`;
  try {
    await write(temporary);
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function flush(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
