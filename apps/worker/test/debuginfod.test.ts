import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DebugFiles } from '@strata/debug-files';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '@strata/embedded-clickhouse';
import type { BuildId } from '@strata/profile';
import { createLogger, readSettings } from '@strata/settings';
import { openStorage, type Storage } from '@strata/storage';
import { describeElf, openIndexStore } from '@strata/symbolizer';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { compileProgram, type Program } from '../../../packages/debug-files/test/programs.ts';
import { textBatch } from '../../../packages/storage/test/text-batch.ts';
import { DebuginfodLookups } from '../src/debuginfod/debuginfod-lookups.ts';
import { DebuginfodServer } from '../src/debuginfod/debuginfod-server.ts';

const CLICKHOUSE_PORT = 17477;
const DEBUGINFOD_PORT = 17478;
const FAILING_PORT = 17479;
const HOUR = 3_600;
const SERVED = `http://127.0.0.1:${DEBUGINFOD_PORT}`;
const FAILING = `http://127.0.0.1:${FAILING_PORT}`;
let folder: string;
let engine: EmbeddedClickHouse;
let storage: Storage;
let debuginfod: ChildProcess;
let failing: Server;
let asked = 0;
let program: Program;
let buildId: BuildId;
let files: DebugFiles;
let now = Date.now() / 1000;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'strata-debuginfod-'));
  const served = join(folder, 'served');
  mkdirSync(served);
  program = compileProgram(served, 'served');
  ({ buildId } = await describeElf(program.full));
  const options = ['-F', '-p', String(DEBUGINFOD_PORT), '-d', join(folder, 'index.sqlite'), served];
  // Without DEBUGINFOD_URLS it asks no other server.
  debuginfod = spawn('debuginfod', options, { stdio: 'ignore', env: { ...process.env, DEBUGINFOD_URLS: '' } });
  failing = createServer((_request, response) => {
    asked++;
    response.writeHead(500).end();
  }).listen(FAILING_PORT, '127.0.0.1');
  engine = await startEmbeddedClickHouse({ dataFolder: folder, port: CLICKHOUSE_PORT });
  storage = await openStorage(readSettings({ STRATA_DATA: folder, STRATA_CLICKHOUSE_PORT: String(CLICKHOUSE_PORT) }));
  const hex = buildId.slice('gnu:'.length);
  while ((await fetch(`${SERVED}/buildid/${hex}/debuginfo`).catch(() => null))?.status !== 200) await sleep(50);
});
afterAll(async () => {
  debuginfod?.kill();
  failing?.close();
  await storage?.close();
  await engine?.stop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  files = new DebugFiles({
    folder: mkdtempSync(join(folder, 'files-')),
    s3: null,
    bytesMost: 1 << 30,
    identify: describeElf,
  });
});

const lookups = (...urls: string[]) =>
  new DebuginfodLookups({
    servers: urls.map((url) => new DebuginfodServer(url)),
    files,
    indexes: openIndexStore(join(folder, 'no-indexes')),
    scratch: join(folder, 'fetched'),
    bytesMost: 1 << 30,
    storage,
    logger: createLogger('test', 'fatal'),
    now: () => now,
  });
const sample = (id: string) =>
  storage.writeBatch(textBatch(Math.floor(Date.now() / 1000) - 20, [{ stack: `main;${id}@4096`, value: 1 }]), id);
const searchOf = async (id: string) =>
  (await storage.listSymbolSearches([id as BuildId])).filter(({ found }) => !found);

test('what was sampled and nobody uploaded is fetched from a real debuginfod and queued for its index', async () => {
  await sample(buildId);
  await lookups(SERVED).run();
  const kept = await files.kept.find(buildId);
  expect(kept?.record).toMatchObject({ kind: 'dwarf', origin: SERVED });
  expect(await files.kept.tickets()).toMatchObject([{ buildId }]);
  expect(await storage.listSymbolSearches([buildId])).toMatchObject([{ place: SERVED, found: true, reason: '' }]);
});

test('«it has none» holds for an hour, also for a worker that was started anew', async () => {
  await sample('gnu:0badcafe');
  await lookups(SERVED).run();
  const [first] = await searchOf('gnu:0badcafe');
  expect(first).toMatchObject({
    place: SERVED,
    reason: 'The server does not have it.',
    lookedAt: [`${SERVED}/buildid/0badcafe/debuginfo`],
  });
  now += HOUR - 60;
  await lookups(SERVED).run();
  expect((await searchOf('gnu:0badcafe'))[0]!.time).toBe(first!.time);
  now += 120;
  await lookups(SERVED).run();
  expect((await searchOf('gnu:0badcafe'))[0]!.time).toBeGreaterThan(first!.time);
});

test('a server that keeps failing is left alone, and the next one is asked', async () => {
  for (let i = 0; i < 8; i++) await sample(`gnu:fa11000${i}`);
  const both = lookups(FAILING, SERVED);
  await both.run();
  // Two at a time: as the third fails the fourth may be on its way.
  expect(asked).toBeGreaterThanOrEqual(3);
  expect(asked).toBeLessThanOrEqual(4);
  expect((await files.kept.find(buildId))?.record.origin).toBe(SERVED);
  const none = { place: SERVED, reason: 'The server does not have it.' };
  expect(await searchOf('gnu:fa110007')).toContainEqual(expect.objectContaining(none));
  now += HOUR + 1;
  const before = asked;
  await both.run();
  expect(asked).toBe(before);
});
