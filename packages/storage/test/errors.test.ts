import { ClickHouseError } from '@clickhouse/client';
import type { UnixSeconds } from '@strata/profile';
import type { Settings } from '@strata/settings';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toStorageError } from '../src/errors.ts';
import { openStorage, type Selection, type Storage } from '../src/index.ts';
import { EngineProcess } from './engine-process.ts';

const engine = new EngineProcess(17435);
let storage: Storage;

beforeAll(async () => {
  storage = await engine.open();
});
afterAll(async () => {
  await storage?.close();
  await engine.stop();
});

const ever: Selection = {
  from: -5 as UnixSeconds,
  to: 1e12 as UnixSeconds,
  service: 'shop',
  profileType: 'cpu',
  versions: [],
  labels: [],
};

function opening(change: Partial<Settings['clickhouse']>): Promise<Storage> {
  const { settings } = engine;
  return openStorage({ ...settings, clickhouse: { ...settings.clickhouse, ...change } }, { waitMs: 300 });
}

test('a wrong password, and a server that is not there, are told apart', async () => {
  await expect(opening({ password: 'wrong' })).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  await expect(opening({ url: 'http://127.0.0.1:17439' })).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining('127.0.0.1:17439'),
  });
});

test('an engine that has not started yet names the file its password is missing from', async () => {
  const elsewhere = { ...engine.settings, dataFolder: '/nowhere' };
  await expect(openStorage(elsewhere, { waitMs: 0 })).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining('/nowhere/clickhouse-password'),
  });
});

test('a range beyond all times is empty, not an error', async () => {
  expect((await storage.sumStacks(ever)).samples).toBe(0);
  expect((await storage.timeline(ever, 10)).value.every((value) => value === 0)).toBe(true);
  expect(await storage.listServices(ever, 10)).toEqual([]);
});

test('a question whose asker went away ends', async () => {
  const asker = new AbortController();
  const answer = storage.sumStacks(ever, asker.signal);
  asker.abort();
  await expect(answer).rejects.toMatchObject({ code: 'CANCELLED' });
});

test('while the engine is away every question says so, and works again after', async () => {
  await engine.kill();
  await expect(storage.ping()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  engine.restart();
  await (await engine.open()).close();
  await storage.ping();
});

test.each([
  ['243', 'NOT_ENOUGH_SPACE', 'Cannot reserve 1.00 MiB, not enough space. '],
  [
    '75',
    'CANNOT_WRITE_TO_FILE_DESCRIPTOR',
    'Cannot write to file /d/a.bin: , errno: 28, strerror: No space left on device',
  ],
])('a full disk is said in one sentence, as code %s too', (code, type, message) => {
  expect(toStorageError(new ClickHouseError({ code, type, message }), 'writing samples')).toMatchObject({
    code: 'OVERLOADED',
    message: 'ClickHouse’s disk is full, seen while writing samples: make room on it.',
  });
});
