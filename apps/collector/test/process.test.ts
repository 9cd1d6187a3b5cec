import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '@strata/embedded-clickhouse';
import { afterAll, beforeAll, expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const CLICKHOUSE_PORT = 17414;
const PORT = 17415;
let dataFolder: string;
let engine: EmbeddedClickHouse;

beforeAll(async () => {
  dataFolder = mkdtempSync(join(tmpdir(), 'strata-collector-'));
  engine = await startEmbeddedClickHouse({ dataFolder, port: CLICKHOUSE_PORT });
});
afterAll(async () => {
  await engine?.stop();
  rmSync(dataFolder, { recursive: true, force: true });
});

function start(changes: Record<string, string> = {}) {
  const env = {
    ...process.env,
    STRATA_DATA: dataFolder,
    STRATA_CLICKHOUSE_PORT: String(CLICKHOUSE_PORT),
    STRATA_COLLECTOR_PORT: String(PORT),
    ...changes,
  };
  const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const ended = once(child, 'exit').then(([code]) => ({ code, said: said.trim() }));
  return { child, ended };
}

test('SIGTERM stops the collector with exit code 0', async () => {
  const { child, ended } = start();
  while (!(await fetch(`http://127.0.0.1:${PORT}/healthz`).catch(() => null))?.ok) await sleep(50);
  child.kill('SIGTERM');
  expect(await ended).toEqual({ code: 0, said: '' });
});

test('SIGTERM stops it with exit code 0 also while it still waits for ClickHouse', async () => {
  const nothingThere = String(PORT + 1);
  const { child, ended } = start({ STRATA_CLICKHOUSE_PORT: nothingThere });
  // Its name is its own from the moment at which it handles signals.
  while (!readFileSync(`/proc/${child.pid}/cmdline`, 'utf8').startsWith('strata-collector')) await sleep(20);
  child.kill('SIGTERM');
  expect(await ended).toEqual({ code: 0, said: '' });
}, 30_000);

test('a port in use ends it with one sentence that names it, and not to be restarted', async () => {
  const other = createServer().listen(PORT, '127.0.0.1');
  await once(other, 'listening');
  const outcome = await start().ended;
  other.close();
  expect(outcome.code).toBe(78);
  expect(outcome.said).toMatch(new RegExp(`^Port ${PORT} is in use[^\n]*\\.$`));
});

test('a setting that cannot be used is named', async () => {
  const outcome = await start({ STRATA_HOST: '0.0.0.0' }).ended;
  expect(outcome.code).toBe(78);
  expect(outcome.said).toMatch(/^STRATA_HOST=0\.0\.0\.0 [^\n]*\.$/);
});
