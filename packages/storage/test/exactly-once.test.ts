import type { UnixSeconds } from '@strata/profile';
import { afterAll, expect, test } from 'vitest';
import type { Storage } from '../src/index.ts';
import { EngineProcess } from './engine-process.ts';
import { textBatch } from './text-batch.ts';

const engine = new EngineProcess(17431);
const opened: Storage[] = [];

async function open(database?: string): Promise<Storage> {
  const storage = await engine.open(database);
  opened.push(storage);
  return storage;
}

afterAll(async () => {
  await Promise.all(opened.map((storage) => storage.close()));
  await engine.stop();
});

const hour = Math.floor(Date.now() / 3_600_000) * 3600 - 7200;
const batch = textBatch(hour, [
  { stack: 'main;a', value: 5 },
  { stack: 'main;b', value: 7, workload: { version: '2' } },
]);

/** Sums of value and of count, which must agree in every table. */
async function sums(database: string): Promise<Record<string, string>> {
  const connection = engine.connection(database);
  const result: Record<string, string> = {};
  for (const table of ['samples', 'samples_hourly', 'totals_minute']) {
    const [row] = await connection.rows<{ value: number; count: number }>(
      `SELECT sum(value) AS value, sum(count) AS count FROM ${database}.${table}`,
      { doing: 'summing' },
    );
    result[table] = `${row!.value} in ${row!.count}`;
  }
  await connection.close();
  return result;
}
const ONCE = { samples: '12 in 2', samples_hourly: '12 in 2', totals_minute: '12 in 2' };

test('the same batch again, or at the same time from two programs, changes nothing', async () => {
  const [one, two] = [await open('twice'), await open('twice')];
  await Promise.all([one.writeBatch(batch, 't'), two.writeBatch(batch, 't')]);
  expect(await one.writeBatch(batch, 't')).toBe('duplicate');
  expect(await two.writeBatch(batch, 't')).toBe('duplicate');
  expect(await sums('twice')).toEqual(ONCE);
  expect(await one.writeBatch(batch, 'another')).toBe('stored');
  expect((await sums('twice')).samples).toBe('24 in 4');
});

test('a batch whose first writing stopped after any table is whole after the second', async () => {
  for (const missing of ['batches', 'samples_hourly', 'totals_minute'] as const) {
    const database = `stopped_${missing}`;
    const storage = await open(database);
    const connection = engine.connection(database);
    const run = (sql: string) => connection.command(sql, { doing: 'preparing' });
    if (missing !== 'batches') await run(`DETACH TABLE ${database}.${missing}_view`);
    await storage.writeBatch(batch, 't');
    if (missing !== 'batches') await run(`ATTACH TABLE ${database}.${missing}_view`);
    await run(`TRUNCATE TABLE ${database}.batches`);
    expect(await storage.writeBatch(batch, 't')).toBe('stored');
    expect([missing, await sums(database)]).toEqual([missing, ONCE]);
    await connection.close();
  }
});

test('killing the engine while batches arrive loses and doubles nothing', async () => {
  const storage = await open('killed');
  let written = 0;
  for (let round = 0; round < 3; round++) {
    const tokens = Array.from({ length: 12 }, (_, index) => `${round}-${index}`);
    const write = (token: string) => storage.writeBatch(batch, token);
    const writing = Promise.allSettled(tokens.map(write));
    await new Promise((resolve) => setTimeout(resolve, 20 + round * 60));
    await engine.kill();
    const first = await writing;
    engine.restart();
    const again = await open('killed');
    for (const [index, outcome] of first.entries()) {
      const second = await again.writeBatch(batch, tokens[index]!);
      // Acknowledged means there.
      if (outcome.status === 'fulfilled') expect(second).toBe('duplicate');
    }
    written += tokens.length;
    const expected = `${12 * written} in ${2 * written}`;
    expect(await sums('killed')).toEqual({ samples: expected, samples_hourly: expected, totals_minute: expected });
  }
  const range = { from: hour as UnixSeconds, to: (hour + 60) as UnixSeconds };
  const everything = { ...range, service: 'shop', profileType: 'cpu', versions: [], labels: [] };
  expect((await storage.sumStacks(everything)).samples).toBe(2 * written);
}, 300_000);

test('a large batch is one part, and again changes nothing', async () => {
  const storage = await open('large');
  const stacks = Array.from({ length: 150_000 }, (_, index) => ({ stack: `f${index}`, value: 1 }));
  const large = textBatch(hour, stacks);
  expect(await storage.writeBatch(large, 'large')).toBe('stored');
  const connection = engine.connection('large');
  const parts = await connection.rows<{ rows: number }>(
    `SELECT rows FROM system.parts WHERE database = 'large' AND table = 'samples' AND active`,
    { doing: 'counting parts' },
  );
  expect(parts).toEqual([{ rows: 150_000 }]);
  await connection.command('TRUNCATE TABLE large.batches', { doing: 'preparing' });
  await storage.writeBatch(large, 'large');
  expect((await sums('large')).samples_hourly).toBe('150000 in 150000');
  await connection.close();
});

test('what contradicts itself is refused and leaves nothing behind', async () => {
  const storage = await open('refused');
  const wrong = { ...batch, samples: { ...batch.samples, node: Uint32Array.of(0, 99) } };
  await expect(storage.writeBatch(wrong, 'w')).rejects.toMatchObject({ code: 'INVALID_BATCH' });
  await storage.writeBatch(batch, 't');
  const seconds = textBatch(hour, [{ stack: 'x', value: 1, type: { name: 'cpu', unit: 'seconds' } }]);
  await expect(storage.writeBatch(seconds, 's')).rejects.toMatchObject({ code: 'UNIT_CONFLICT' });
  const fresh = await open('refused');
  await expect(fresh.writeBatch(seconds, 's')).rejects.toMatchObject({ code: 'UNIT_CONFLICT' });
  expect(await sums('refused')).toEqual(ONCE);
});
