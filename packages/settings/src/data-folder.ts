import { accessSync, constants, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SettingsError } from './settings.ts';

/** Raised by one whenever an older Strata could no longer read what this one writes. */
export const DATA_FOLDER_VERSION = 1;

/**
 * Makes the data folder if it is not there and checks that this Strata may use it. Throws SettingsError naming the
 * folder when it cannot be written, is something else, or was made by a newer version.
 */
export function openDataFolder(folder: string): void {
  const version = Number(readVersion(folder));
  if (Number.isNaN(version)) {
    throw new SettingsError(
      `The folder ${folder} has a file «version» that is not Strata’s: choose another folder by STRATA_DATA.`,
    );
  }
  if (version > DATA_FOLDER_VERSION) {
    throw new SettingsError(
      `The data folder ${folder} has version ${version}, newer than the ${DATA_FOLDER_VERSION} this Strata knows: use the newer Strata, or another folder by STRATA_DATA.`,
    );
  }
}

function readVersion(folder: string): string {
  const file = join(folder, 'version');
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK | constants.X_OK);
    // It is empty when the disk was full, or its writer was ended, at the wrong moment.
    const written = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
    if (written === '') writeFileSync(file, `${DATA_FOLDER_VERSION}\n`);
    return written;
  } catch (cause) {
    throw new SettingsError(
      `The data folder ${folder} cannot be written: ${(cause as Error).message}; choose another by STRATA_DATA.`,
      { cause },
    );
  }
}

/** Like mkdirSync with `recursive`, which tries for ever where the kernel says of a folder in /proc that it is not there. */
function makeFolder(folder: string): void {
  if (!existsSync(dirname(folder))) makeFolder(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // It may have been there, or another program of ours was quicker.
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}

/** The embedded ClickHouse's password, which its process writes (0600) before it listens. */
export function clickhousePasswordFile(folder: string): string {
  return join(folder, 'clickhouse-password');
}
