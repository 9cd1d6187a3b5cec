import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { openDataFolder, type Settings, SettingsError } from '@strata/settings';
import type { Program } from './programs.ts';

/** ClickHouse refuses to merge long before the last byte; below this nothing good happens. */
const FREE_BYTES_LEAST = 512 << 20;

function portIsFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    );
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Throws SettingsError when the folder's disk has less room than `least` bytes. */
export async function checkRoom(folder: string, least = FREE_BYTES_LEAST): Promise<void> {
  const disk = await statfs(folder);
  const free = disk.bavail * disk.bsize;
  if (free >= least) return;
  throw new SettingsError(
    `The disk of the data folder ${folder} is full: ${free} bytes are free, ${least} are needed; make room or set STRATA_DATA.`,
  );
}

/** Everything that would stop Strata before a program runs. Throws SettingsError with one sentence that names it. */
export async function checkMachine(settings: Settings, programs: readonly Program[]): Promise<void> {
  openDataFolder(settings.dataFolder);
  await checkRoom(settings.dataFolder);
  for (const program of programs) {
    if (await portIsFree(settings.host, program.port)) continue;
    throw new SettingsError(
      `Port ${program.port}, which ${program.name} needs, is in use: stop the program that listens there, or set ${program.portSetting}.`,
    );
  }
}
