import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DebugFiles } from '@strata/debug-files';
import { createLogger, readSettings } from '@strata/settings';
import { openStorage, type Storage } from '@strata/storage';
import { guard } from '../../src/guard.ts';
import { answerApi } from '../../src/server/api.ts';
import { PartsHolder } from '../../src/server/parts.ts';

const ENGINE = fileURLToPath(new URL('../../../../packages/embedded-clickhouse/src/main.ts', import.meta.url));

/** The web server's doors before the real engine; only the pages, which are Next's, are left out. */
export class WebUnderTest {
  readonly base: string;
  readonly storage: Storage;
  readonly #folder: string;
  readonly #engine: ChildProcess;
  readonly #server: Server;
  readonly #holder: PartsHolder;

  private constructor(folder: string, engine: ChildProcess, server: Server, holder: PartsHolder, storage: Storage) {
    this.#folder = folder;
    this.#engine = engine;
    this.#server = server;
    this.#holder = holder;
    this.storage = storage;
    this.base = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  }

  static async start(enginePort: number, webPort: number): Promise<WebUnderTest> {
    const folder = mkdtempSync(join(tmpdir(), 'strata-web-'));
    const environment = { STRATA_DATA: folder, STRATA_CLICKHOUSE_PORT: String(enginePort), STRATA_LOG_LEVEL: 'fatal' };
    const engine = spawn(process.execPath, [ENGINE], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const settings = readSettings(environment);
    const holder = new PartsHolder(settings, createLogger('strata-web', 'fatal'));
    const server = createServer((request, response) => {
      if (guard(request, response)) answerApi(holder, request, response);
    });
    server.listen(webPort, '127.0.0.1');
    await once(server, 'listening');
    return new WebUnderTest(folder, engine, server, holder, await openStorage(settings));
  }

  /** Where symbol indexes lie. */
  get symbolsFolder(): string {
    return join(this.#folder, 'symbols');
  }

  get debugFiles(): DebugFiles {
    return this.#holder.debugFiles;
  }

  get(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(this.base + path, init);
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await this.#holder.close();
    await this.storage.close();
    const ended = once(this.#engine, 'exit');
    this.#engine.kill('SIGTERM');
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
