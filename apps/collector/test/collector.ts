import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DebugFiles } from '@strata/debug-files';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '@strata/embedded-clickhouse';
import { readSettings, type Settings } from '@strata/settings';
import { openStorage, type Storage } from '@strata/storage';
import { describeElf, openIndexStore } from '@strata/symbolizer';
import { createServer } from '../src/server.ts';

/** A collector over a real engine, listening on a port of its own. */
export interface TestCollector {
  readonly url: string;
  readonly settings: Settings;
  readonly storage: Storage;
  stopEngine(): Promise<void>;
  startEngine(): Promise<void>;
  close(): Promise<void>;
}

export async function startCollector(
  clickhousePort: number,
  dataFolder = mkdtempSync(join(tmpdir(), 'strata-collector-')),
): Promise<TestCollector> {
  const settings = readSettings({ STRATA_DATA: dataFolder, STRATA_CLICKHOUSE_PORT: String(clickhousePort) });
  let engine: EmbeddedClickHouse;
  const startEngine = async () => {
    engine = await startEmbeddedClickHouse({ dataFolder, host: settings.host, port: clickhousePort });
  };
  await startEngine();
  const storage = await openStorage(settings);
  const symbols = openIndexStore(join(dataFolder, 'symbols'));
  const debugFiles = new DebugFiles({ ...settings.debugFiles, identify: describeElf });
  const app = createServer(settings, { storage, symbols, debugFiles });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    settings,
    storage,
    startEngine,
    stopEngine: async () => void (await engine.stop()),
    async close() {
      await app.close();
      await storage.close();
      await engine.stop();
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}
