import { monitorEventLoopDelay } from 'node:perf_hooks';
import { zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LargeBodies } from '../src/large-bodies.ts';
import { startCollector, type TestCollector } from './collector.ts';
import { goodBatch, pprofOf, pushed, totalOf } from './samples.ts';

const SAMPLES = 150_000;
const LOCATIONS = 20_000;
let collector: TestCollector;
/** A megabyte that takes a second: so many stacks of two frames, each of 1 ns. */
let heavy: Buffer<ArrayBuffer>;

beforeAll(async () => {
  collector = await startCollector(17419);
  const ids = Array.from({ length: LOCATIONS }, (_, i) => BigInt(i + 1));
  const location = ids.map((id) => ({ id, line: [{ functionId: 1n, line: id }] }));
  const sample = Array.from({ length: SAMPLES }, (_, i) => ({
    locationId: [ids[i % LOCATIONS], ids[Math.floor(i / LOCATIONS)]],
    value: [1n],
  }));
  heavy = zstdCompressSync(pprofOf({ location, sample }));
});
afterAll(() => collector?.close());

async function push(path: string, body: BodyInit, encoding = 'zstd') {
  const headers = { 'content-encoding': encoding };
  const answer = await fetch(`${collector.url}/api/v1/${path}`, { method: 'POST', body, headers });
  return (await answer.json()) as Record<string, unknown>;
}

test('a large body holds up nobody, counts exactly, and once', async () => {
  // The thread's start is not what is measured.
  await push('batches', zstdCompressSync(Buffer.alloc(1 << 20)));
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const start = performance.now();
  let done = false;
  const large = push('profiles?service=heavy', heavy).finally(() => {
    done = true;
  });
  expect(await push('profiles?service=light', pushed(7), 'identity')).toMatchObject({ stored: 'stored' });
  expect((await fetch(`${collector.url}/healthz`)).status).toBe(200);
  expect(done).toBe(false);
  expect(await large).toEqual({ stored: 'stored', samples: SAMPLES });
  const longest = delay.max / 1e6;
  delay.disable();
  // Decoded on the collector's own thread it would be nearly all.
  expect(longest).toBeLessThan((performance.now() - start) / 3);
  expect(await push('profiles?service=heavy', heavy)).toEqual({ stored: 'duplicate', samples: SAMPLES });
  expect(await totalOf(collector.storage, 'heavy')).toBe(SAMPLES);
  expect(await totalOf(collector.storage, 'light')).toBe(7);
});

test('a large batch of an agent is answered with the symbols that are wanted', async () => {
  const batch = goodBatch('large', 'gnu:1a26e0');
  const strings = Array.from({ length: 50_000 }, (_, i) => `unused ${i}`);
  const answer = await push('batches', JSON.stringify({ ...batch, strings }), 'identity');
  expect(answer).toEqual({ stored: 'stored', wanted: ['gnu:1a26e0'] });
});

test('a body that takes all of the thread’s memory is refused, and the next is stored', async () => {
  const large = new LargeBodies(collector.settings, 96);
  const { workload, source } = {
    workload: { service: 'starved', version: '', environment: '', namespace: '', cluster: '', labels: {} },
    source: { host: 'n1', pod: '', container: '', process: '', thread: '', labels: {} },
  };
  const store = (bytes: Buffer, encoding: 'zstd' | 'identity') =>
    large.store({ packed: { bytes, encoding }, origin: { workload, source } });
  const [refused, stored] = await Promise.allSettled([store(heavy, 'zstd'), store(Buffer.from(pushed(3)), 'identity')]);
  await large.close();
  expect(refused).toMatchObject({ reason: { code: 'UNPACKED_TOO_LARGE' } });
  expect(stored).toMatchObject({ value: { outcome: 'stored', samples: 1 } });
  expect(await totalOf(collector.storage, 'starved')).toBe(3);
});
