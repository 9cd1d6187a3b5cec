import { once } from 'node:events';
import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import {
  createLogger,
  EXIT_CONFIGURATION,
  endWithOneSentence,
  openDataFolder,
  readSettings,
  SettingsError,
} from '@strata/settings';
import { ensurePassword, USER } from './credentials.ts';
import { Engine, THREADS_NEEDED } from './engine.ts';
import { lockFolder } from './folder-lock.ts';
import { createHttpInterface } from './http-server.ts';

/** Then the process goes as if killed, which costs no stored row. */
const STOP_MOST_MS = 15_000;
const FREE_BYTES_LEAST = 64 << 20;

/** libuv reads its number of threads once, before this file is even loaded: so the process begins again with the right one. */
function withEnoughThreads(): void {
  if (Number(process.env.UV_THREADPOOL_SIZE ?? 0) >= THREADS_NEEDED) return;
  const environment = { ...process.env, UV_THREADPOOL_SIZE: String(THREADS_NEEDED) };
  process.execve!(process.execPath, [process.execPath, ...process.execArgv, ...process.argv.slice(1)], environment);
}

async function main(): Promise<void> {
  const settings = readSettings();
  const log = createLogger('strata-clickhouse', settings.logLevel);
  process.title = 'strata-clickhouse';
  openDataFolder(settings.dataFolder);
  const disk = statfsSync(settings.dataFolder);
  if (disk.bavail * disk.bsize < FREE_BYTES_LEAST) throw diskIsFull(settings.dataFolder);
  const folder = join(settings.dataFolder, 'clickhouse');
  await lockFolder(folder);
  const password = ensurePassword(settings.dataFolder);
  const engine = new Engine(folder);
  await engine.run(`CREATE DATABASE IF NOT EXISTS \`${settings.clickhouse.database}\``);
  const { server, stop } = await createHttpInterface(engine, password);
  const port = settings.ports.clickhouse;
  server.listen({ port, host: settings.host });
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    throw new SettingsError(
      `Port ${port} of ${settings.host} is in use: stop the program that listens there, or set STRATA_CLICKHOUSE_PORT.`,
      { cause: error },
    );
  });
  log.info({ port, host: settings.host, user: USER, folder }, 'ClickHouse listens');

  let stopping = false;
  const end = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'ClickHouse stops');
    setTimeout(() => {
      log.error({ seconds: STOP_MOST_MS / 1000 }, 'A query would not end: ClickHouse stops without it');
      process.kill(process.pid, 'SIGKILL');
    }, STOP_MOST_MS);
    await stop();
    engine.close();
    process.exit(0);
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}

function diskIsFull(folder: string, cause?: unknown): SettingsError {
  return new SettingsError(
    `The disk of the data folder ${folder} is full: make room there, or use another folder by STRATA_DATA.`,
    { cause },
  );
}

withEnoughThreads();
endWithOneSentence();
main().catch((error: NodeJS.ErrnoException) => {
  const full = error.code === 'ENOSPC' || /NOT_ENOUGH_SPACE|No space left on device/.test(error.message);
  const configuration = full ? diskIsFull(process.env.STRATA_DATA || '.strata', error) : error;
  process.stderr.write(`${configuration.message}\n`);
  process.exit(configuration instanceof SettingsError ? EXIT_CONFIGURATION : 1);
});
