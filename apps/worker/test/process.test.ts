import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '@strata/embedded-clickhouse';
import { afterAll, beforeAll, expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const CLICKHOUSE_PORT = 17416;
const PORT = 17417;
let dataFolder: string;
let engine: EmbeddedClickHouse;

beforeAll(async () => {
  dataFolder = mkdtempSync(join(tmpdir(), 'strata-worker-'));
  engine = await startEmbeddedClickHouse({ dataFolder, port: CLICKHOUSE_PORT });
});
afterAll(async () => {
  await engine?.stop();
  rmSync(dataFolder, { recursive: true, force: true });
});

test('the worker runs retention on the real engine, says so, and stops when told', async () => {
  const env = {
    ...process.env,
    STRATA_DATA: dataFolder,
    STRATA_CLICKHOUSE_PORT: String(CLICKHOUSE_PORT),
    STRATA_WORKER_PORT: String(PORT),
  };
  const worker = spawn(process.execPath, [MAIN], { env, stdio: 'ignore' });
  const ended = once(worker, 'exit');
  const health = async () => {
    const answer = await fetch(`http://127.0.0.1:${PORT}/healthz`).catch(() => null);
    return (await answer?.json()) as { ok: boolean; jobs: { name: string; runs: number }[] } | undefined;
  };
  let now = await health();
  while (!now?.jobs.every(({ runs }) => runs > 0)) {
    await sleep(50);
    now = await health();
  }
  expect(now).toMatchObject({
    ok: true,
    jobs: [
      { name: 'retention', runs: 1, failures: 0, lastError: null },
      { name: 'index-builds', failures: 0 },
      { name: 'debuginfod', failures: 0 },
    ],
  });
  expect(await (await fetch(`http://127.0.0.1:${PORT}/metrics`)).text()).toContain(
    'strata_worker_job_failures{job="retention"} 0',
  );
  // fetch does not let one choose the host.
  const foreign = await new Promise<IncomingMessage>((resolve, reject) =>
    get(`http://127.0.0.1:${PORT}/metrics`, { headers: { host: 'evil.example' } }, resolve).once('error', reject),
  );
  expect(foreign.resume().statusCode).toBe(421);
  worker.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});
