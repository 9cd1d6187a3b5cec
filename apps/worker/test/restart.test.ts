import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DebugFiles } from '@strata/debug-files';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '@strata/embedded-clickhouse';
import { describeElf, openIndexStore } from '@strata/symbolizer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compileProgram } from '../../../packages/debug-files/test/programs.ts';
import { send } from '../../../packages/debug-files/test/stores.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const CLICKHOUSE_PORT = 17474;
const PORT = 17475;
let dataFolder: string;
let engine: EmbeddedClickHouse;

beforeAll(async () => {
  dataFolder = mkdtempSync(join(tmpdir(), 'strata-worker-restart-'));
  engine = await startEmbeddedClickHouse({ dataFolder, port: CLICKHOUSE_PORT });
});
afterAll(async () => {
  await engine?.stop();
  rmSync(dataFolder, { recursive: true, force: true });
});

function startWorker(): ChildProcess {
  const env = {
    ...process.env,
    STRATA_DATA: dataFolder,
    STRATA_CLICKHOUSE_PORT: String(CLICKHOUSE_PORT),
    STRATA_WORKER_PORT: String(PORT),
  };
  return spawn(process.execPath, [MAIN], { env, stdio: 'ignore' });
}

const isRunning = (pid: string) => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(join(dataFolder, 'debug-files/building'));
  } catch {
    return false;
  }
};
const builders = () => readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && isRunning(pid));

test('a worker killed in the middle of an index build finishes it when it is started again', async () => {
  const program = compileProgram(dataFolder, 'restarted');
  const { buildId } = await describeElf(program.full);
  const files = new DebugFiles({
    folder: join(dataFolder, 'debug-files'),
    s3: null,
    bytesMost: 1 << 30,
    identify: describeElf,
  });
  const indexes = openIndexStore(join(dataFolder, 'symbols'));
  await send(files, buildId, program.debug);

  const first = startWorker();
  while (builders().length === 0) await sleep(5);
  const ended = once(first, 'exit');
  first.kill('SIGKILL');
  await ended;
  while (builders().length > 0) await sleep(5);
  expect(await indexes.has(buildId)).toBe(false);
  expect(await files.kept.tickets()).toMatchObject([{ attempts: 1 }]);

  const second = startWorker();
  while ((await files.kept.find(buildId))?.outcome === null) await sleep(50);
  expect((await files.kept.find(buildId))?.outcome).toMatchObject({ state: 'indexed' });
  expect(await indexes.has(buildId)).toBe(true);
  const stopped = once(second, 'exit');
  second.kill('SIGTERM');
  expect(await stopped).toEqual([0, null]);
});
