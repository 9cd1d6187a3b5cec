import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BuildId } from '@strata/profile';
import type { KeptIndex } from './api.ts';
import { native, withCode } from './native.ts';
import { SymbolizerError } from './symbolizer-error.ts';

const BUILD_ID = /^(gnu|go|htlhash):([a-f0-9]{2,64})$/;

/** `<folder>/<kind>/<first two digits>/<hex>.strata-symbols`. Throws `INVALID_BUILD_ID` before any path is made. */
export function indexPath(folder: string, buildId: BuildId): string {
  const [, kind, hex] = BUILD_ID.exec(buildId) ?? [];
  if (kind === undefined || hex === undefined) {
    throw new SymbolizerError(
      'INVALID_BUILD_ID',
      `«${String(buildId).slice(0, 80)}» is no build ID: it has the form gnu:, go: or htlhash: and 2 to 64 hex digits.`,
    );
  }
  return join(folder, kind, hex.slice(0, 2), `${hex}.strata-symbols`);
}

/** Size, and a text that changes when the file is replaced; `null` when it is not there. */
export async function indexFile(path: string): Promise<{ bytes: number; version: string } | null> {
  try {
    const { size, ino, mtimeNs } = await stat(path, { bigint: true });
    return { bytes: Number(size), version: `${ino}.${mtimeNs}.${size}` };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new SymbolizerError('UNREADABLE', `The symbol index ${path} cannot be read: ${(cause as Error).message}.`, {
      cause,
    });
  }
}

/**
 * Writes an index beside its place, verifies it there and renames it, if `isWanted` says so: who reads sees the old one, the
 * new one, or none, and never a part. Throws `INVALID_INDEX` for a damaged one and for one of another file.
 */
export async function writeIndex(
  path: string,
  buildId: BuildId,
  index: Uint8Array,
  isWanted: (index: KeptIndex) => Promise<boolean>,
): Promise<boolean> {
  const addon = native();
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(index);
      await file.sync();
    } finally {
      await file.close();
    }
    const written = await withCode(addon.openSymbolIndex(temporary, true));
    if (written.buildId !== buildId) {
      throw new SymbolizerError('INVALID_INDEX', `The symbol index is of ${written.buildId}, not of ${buildId}.`);
    }
    if (!(await isWanted(written))) return false;
    await rename(temporary, path);
    return true;
  } finally {
    await rm(temporary, { force: true });
  }
}
