import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ClickHouseClient,
  type ClickHouseClientConfigOptions,
  ClickHouseLogLevel,
  createClient,
} from '@clickhouse/client';
import { afterAll, beforeAll } from 'vitest';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '../src/index.ts';

/** A real server with an empty folder for one test file. */
export interface TestServer {
  readonly process: EmbeddedClickHouse;
  /** An unchanged `@clickhouse/client`. */
  client(options?: ClickHouseClientConfigOptions): ClickHouseClient;
  /** The answer to one raw request with the right credentials. */
  http(path: string, init?: RequestInit): Promise<Response>;
}

/** Starts it before the file's tests and stops it after them. */
export function useServer(port: number): TestServer {
  const dataFolder = mkdtempSync(join(tmpdir(), 'strata-clickhouse-'));
  const clients: ClickHouseClient[] = [];
  let process: EmbeddedClickHouse;
  beforeAll(async () => {
    process = await startEmbeddedClickHouse({ dataFolder, port });
  });
  afterAll(async () => {
    for (const client of clients) await client.close();
    await process?.stop();
    rmSync(dataFolder, { recursive: true, force: true });
  });
  return {
    get process() {
      return process;
    },
    client(options = {}) {
      const { url, user, password } = process;
      const client = createClient({
        url,
        username: user,
        password,
        database: 'strata',
        log: { level: ClickHouseLogLevel.OFF },
        ...options,
      });
      clients.push(client);
      return client;
    },
    http(path, init = {}) {
      const { url, user, password } = process;
      return fetch(`${url}${path}`, {
        ...init,
        headers: { 'X-ClickHouse-User': user, 'X-ClickHouse-Key': password, ...init.headers },
      });
    },
  };
}
