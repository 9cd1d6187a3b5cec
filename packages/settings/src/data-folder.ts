import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SettingsError } from './settings.ts';

/** Raised by one whenever an older Strata could no longer read what this one writes. */
export const DATA_FOLDER_VERSION = 1;

/**
 * Makes the data folder if it is not there and checks that this Strata may use it. Throws SettingsError naming the
 * folder when it cannot be written or was made by a newer version.
 */
export function openDataFolder(folder: string): void {
  const file = join(folder, 'version');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!existsSync(file)) writeFileSync(file, `${DATA_FOLDER_VERSION}\n`);
  } catch (cause) {
    throw new SettingsError(`The data folder ${folder} cannot be written: ${(cause as Error).message}.`, { cause });
  }
  const version = Number(readFileSync(file, 'utf8'));
  if (!(version <= DATA_FOLDER_VERSION)) {
    throw new SettingsError(
      `The data folder ${folder} has version ${version}, newer than the ${DATA_FOLDER_VERSION} this Strata knows: use the newer Strata, or another folder by STRATA_DATA.`,
    );
  }
}

/** The embedded ClickHouse's password, which its process writes (0600) before it listens. */
export function clickhousePasswordFile(folder: string): string {
  return join(folder, 'clickhouse-password');
}
