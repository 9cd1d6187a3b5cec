import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSettings, type Settings } from '@strata/settings';
import { Connection } from '../src/connection.ts';
import { openStorage, type Storage, type StorageOptions } from '../src/index.ts';

const MAIN = fileURLToPath(new URL('../../embedded-clickhouse/src/main.ts', import.meta.url));

/** The real engine as the process it is in production, on a folder that goes away with it. */
export class EngineProcess {
  readonly settings: Settings;
  readonly #environment: Readonly<Record<string, string>>;
  #child: ChildProcess;

  constructor(port: number) {
    const folder = mkdtempSync(join(tmpdir(), 'strata-storage-'));
    this.#environment = { STRATA_DATA: folder, STRATA_CLICKHOUSE_PORT: String(port), STRATA_LOG_LEVEL: 'error' };
    this.settings = readSettings(this.#environment);
    this.#child = this.#spawn();
  }

  /** Another database of the same engine, so that tests do not meet. */
  database(name: string): Settings {
    return { ...this.settings, clickhouse: { ...this.settings.clickhouse, database: name } };
  }

  open(database = 'strata', options: StorageOptions = {}): Promise<Storage> {
    return openStorage(this.database(database), options);
  }

  /** To ask the tables themselves. Only after a storage was opened. */
  connection(database = 'strata'): Connection {
    return new Connection(this.database(database));
  }

  /** No time to flush anything. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  restart(): void {
    this.#child = this.#spawn();
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
    rmSync(this.settings.dataFolder, { recursive: true, force: true });
  }

  #spawn(): ChildProcess {
    const environment = { ...process.env, ...this.#environment };
    return spawn(process.execPath, [MAIN], { env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill(signal);
    await ended;
  }
}
