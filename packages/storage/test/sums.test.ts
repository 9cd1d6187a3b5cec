import type { UnixSeconds } from '@strata/profile';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Selection, Storage } from '../src/index.ts';
import { EngineProcess } from './engine-process.ts';
import { type TextSample, textBatch } from './text-batch.ts';
import { foldedLines, totalOf } from './text-profile.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
const engine = new EngineProcess(17430);
let storage: Storage;

beforeAll(async () => {
  storage = await engine.open();
});
afterAll(async () => {
  await storage?.close();
  await engine.stop();
});

/** Midnight, some days ago. */
const day0 = (Math.floor(Date.now() / 1000 / DAY) - 4) * DAY;

function select(service: string, from: number, to: number, more: Partial<Selection> = {}): Selection {
  const range = { from: from as UnixSeconds, to: to as UnixSeconds };
  return { ...range, service, profileType: 'cpu', versions: [], labels: [], ...more };
}

test('the sum over any of 200 ranges equals the raw samples of that range, across hours and days', async () => {
  const random = seeded(20);
  const inDays = () => day0 + Math.floor(random() * 3 * DAY * 1000) / 1000;
  const onHour = () => day0 + Math.floor(random() * 72) * HOUR;
  const batches = Array.from({ length: 150 }, (_, index) => {
    // Every fifth on an hour's first or last millisecond, where half-open intervals matter.
    const at = index % 5 ? inDays() : onHour() - (index % 2) / 1000;
    const samples = Array.from({ length: 20 }, (): TextSample => {
      const stack = `main;f${Math.floor(random() * 5)};g${Math.floor(random() * 9)}`;
      return { stack, value: Math.floor(random() * 1e9), workload: { service: 'ranges', version: `${index % 3}` } };
    });
    return { at, value: samples.reduce((sum, { value }) => sum + value, 0), batch: textBatch(at, samples) };
  });
  await Promise.all(batches.map(({ batch }, index) => storage.writeBatch(batch, `range-${index}`)));
  const connection = engine.connection();
  const raw = await connection.rows<{ ms: number; value: number }>(
    `SELECT toUnixTimestamp64Milli(ts) AS ms, sum(value) AS value FROM strata.samples
     WHERE workload IN (SELECT id FROM strata.workloads WHERE service = 'ranges') GROUP BY ts`,
    { doing: 'reading raw samples' },
  );
  await connection.close();
  const sumOf = (values: readonly { value: number }[]) => values.reduce((sum, { value }) => sum + value, 0);
  expect(sumOf(raw)).toBe(sumOf(batches));
  const ranges = Array.from({ length: 200 }, () => {
    const batch = () => batches[Math.floor(random() * batches.length)]!.at;
    const end = () => [onHour, batch, inDays, inDays][Math.floor(random() * 4)]!();
    return [end(), end()].sort((a, b) => a - b) as [number, number];
  });
  const answers = await Promise.all(ranges.map(([from, to]) => storage.sumStacks(select('ranges', from, to))));
  const expected = ranges.map(([from, to]) =>
    sumOf(raw.filter(({ ms }) => Math.round(from * 1000) <= ms && ms < Math.round(to * 1000))),
  );
  expect(answers.map(({ profile }) => totalOf(profile))).toEqual(expected);
  expect(new Set(expected).size).toBeGreaterThan(150);
}, 300_000);

test('where raw samples are no longer kept, a range is widened to whole hours and says so', async () => {
  const hour = day0 - 16 * DAY + 10 * HOUR;
  const old = { service: 'old' };
  await storage.writeBatch(textBatch(hour + 1200, [{ stack: 'main', value: 5, workload: old }]), 'old');
  const { profile } = await storage.sumStacks(select('old', hour + 1800, hour + 2400));
  expect(foldedLines(profile)).toEqual(['main 5']);
  expect([profile.from, profile.to]).toEqual([hour * 1000, (hour + HOUR) * 1000]);
  const thread = [{ name: 'thread', values: ['main'] }];
  const ofThread = await storage.sumStacks(select('old', hour, hour + 16 * DAY, { labels: thread }));
  expect(ofThread.samples).toBe(0);
  expect(ofThread.profile.from).toBeGreaterThan(hour * 1000);
});

test('stacks that the database lost are one frame that says so, and the total stays exact', async () => {
  const workload = { service: 'lossy' };
  await storage.writeBatch(
    textBatch(day0, [
      { stack: 'main;kept', value: 1, workload },
      { stack: 'main;gone', value: 2, workload },
      { stack: 'main;gone;too', value: 4, workload },
    ]),
    'lossy',
  );
  const connection = engine.connection();
  await connection.command(
    `DELETE FROM strata.nodes WHERE service = 'lossy' AND frame IN (SELECT id FROM strata.frames WHERE function = 'gone')`,
    { doing: 'losing stacks' },
  );
  await connection.close();
  const { profile } = await storage.sumStacks(select('lossy', day0, day0 + HOUR));
  expect(foldedLines(profile)).toEqual(['[stack lost in storage] 6', 'main;kept 1']);
});

describe('a selection', () => {
  const at = day0 + 5 * HOUR;
  beforeAll(async () => {
    const prod = { environment: 'prod', labels: { team: 'pay' } };
    await storage.writeBatch(
      textBatch(at, [
        { stack: 'main;parse', value: 10, workload: { version: '1', ...prod }, source: { thread: 'a' } },
        { stack: 'main;parse;gnu:ab12@4096', value: 20, workload: { version: '2' }, source: { thread: 'b' } },
        { stack: 'main', value: 40, workload: { version: '2' }, source: { thread: 'a', host: 'host-2' } },
        { stack: 'main;idle', value: 80, workload: { version: '3' }, source: { labels: { zone: 'z1' } } },
        { stack: 'main;other', value: 160, workload: { service: 'shop-2' } },
        { stack: 'alloc', value: 320, type: { name: 'heap', unit: 'bytes' } },
      ]),
      'selection',
    );
  });
  const lines = async (more: Partial<Selection>, to = at + HOUR) =>
    foldedLines((await storage.sumStacks(select('shop', at, to, more))).profile);
  const label = (name: string, ...values: string[]) => ({ name, values });

  test('of a whole hour or of a part gives every stack of the service and type', async () => {
    const all = ['main 40', 'main;idle 80', 'main;parse 10', 'main;parse;gnu:ab12@4096 20'];
    expect(await lines({})).toEqual(all);
    expect(await lines({}, at + 60)).toEqual(all);
    expect(await lines({ profileType: 'heap' })).toEqual(['alloc 320']);
  });

  test('by version keeps those versions, and holds no frame of others', async () => {
    const { profile } = await storage.sumStacks(select('shop', at, at + HOUR, { versions: ['1'] }));
    expect(foldedLines(profile)).toEqual(['main;parse 10']);
    expect(profile.stacks.frames).toHaveLength(2);
    expect(await lines({ versions: ['1', '3'] })).toEqual(['main;idle 80', 'main;parse 10']);
  });

  test('by labels: values are alternatives, labels add up, on workloads and on sources', async () => {
    expect(await lines({ labels: [label('thread', 'a')] })).toEqual(['main 40', 'main;parse 10']);
    expect(await lines({ labels: [label('thread', 'a', 'b')] })).toHaveLength(3);
    expect(await lines({ labels: [label('thread', 'a'), label('host', 'host-2')] })).toEqual(['main 40']);
    expect(await lines({ labels: [label('zone', 'z1')] })).toEqual(['main;idle 80']);
    expect(await lines({ labels: [label('team', 'pay')] })).toEqual(['main;parse 10']);
    expect(await lines({ labels: [label('environment', 'prod')] })).toEqual(['main;parse 10']);
    expect(await lines({ labels: [label('zone', 'nowhere')] })).toEqual([]);
    expect(await lines({ labels: [label("x' OR 1=1 --", "'")] })).toEqual([]);
  });

  test('tells unit, samples and instances; nothing for an unknown service', async () => {
    const some = await storage.sumStacks(select('shop', at, at + HOUR));
    expect([some.profile.profileType.unit, some.samples, some.instances]).toEqual(['nanoseconds', 4, 2]);
    const none = await storage.sumStacks(select('nobody', at, at + HOUR));
    expect([none.profile.value.length, none.samples, none.instances]).toEqual([0, 0, 0]);
  });

  test('is the same without memory for stacks', async () => {
    const forgetful = await engine.open('strata', { trieCacheBytes: 0 });
    for (const service of ['shop', 'shop-2', 'shop']) {
      const [kept, read] = await Promise.all([
        storage.sumStacks(select(service, at, at + HOUR)),
        forgetful.sumStacks(select(service, at, at + HOUR)),
      ]);
      expect(foldedLines(read.profile)).toEqual(foldedLines(kept.profile));
    }
    await forgetful.close();
  });

  test('finds stacks that another program wrote after ours were loaded', async () => {
    const other = await engine.open();
    await other.writeBatch(textBatch(at, [{ stack: 'main;new;path', value: 1, workload: { version: '9' } }]), 'late');
    await other.close();
    expect(await lines({ versions: ['9'] })).toEqual(['main;new;path 1']);
  });
});

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
