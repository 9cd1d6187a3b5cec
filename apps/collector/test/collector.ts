import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedClickHouse } from '@strata/embedded-clickhouse';
import { readSettings } from '@strata/settings';
import { openStorage, type Storage } from '@strata/storage';
import { openIndexStore } from '@strata/symbolizer';
import { createServer } from '../src/server.ts';

/** A collector over a real engine, listening on a port of its own. */
export interface TestCollector {
  readonly url: string;
  readonly storage: Storage;
  close(): Promise<void>;
}

export async function startCollector(clickhousePort: number): Promise<TestCollector> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'strata-collector-'));
  const settings = readSettings({ STRATA_DATA: dataFolder, STRATA_CLICKHOUSE_PORT: String(clickhousePort) });
  const engine = await startEmbeddedClickHouse({ dataFolder, host: settings.host, port: clickhousePort });
  const storage = await openStorage(settings);
  const app = createServer(storage, openIndexStore(join(dataFolder, 'symbols')));
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    storage,
    async close() {
      await app.close();
      await storage.close();
      await engine.stop();
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}
