import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { encodeBatch } from '@strata/profile';
import { createLogger } from '@strata/settings';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FrameTable, NO_FRAMES } from '../src/attribution/frames.ts';
import { CollectorClient } from '../src/push/collector-client.ts';
import { Pusher } from '../src/push/pusher.ts';
import { Spool } from '../src/push/spool.ts';
import { Window } from '../src/window.ts';
import { CollectorStub, eventually } from './collector-stub.ts';

const frames = new FrameTable();
const user = { frames: [frames.named('symbolized', 'main')] };
const names = {
  workload: { service: 'cart', version: '1', environment: '', namespace: '', cluster: '', labels: {} },
  source: { host: 'h', pod: '', container: '', process: 'cart', labels: {} },
};

/** A batch of `count` samples; its time makes it another batch. */
function batchBytes(second: number, count: number): Buffer {
  const window = new Window();
  window.add({ names, thread: 't', user, kernel: NO_FRAMES, count });
  const from = Date.UTC(2026, 0, 1) + second * 1000;
  return zstdCompressSync(JSON.stringify(encodeBatch(window.toBatch(from, from + 1000, 10_101_010))));
}

describe('Pusher', () => {
  let folder: string;
  let spool: Spool;
  let collector: CollectorStub;
  let client: CollectorClient;
  let pusher: Pusher;
  let wanted: string[];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'strata-push-'));
    spool = new Spool(folder);
    collector = new CollectorStub(17_440);
    await collector.start();
    client = new CollectorClient(collector.url);
    wanted = [];
    pusher = new Pusher(spool, client, createLogger('test', 'fatal'), ({ symbols }) => wanted.push(...symbols));
  });
  afterEach(async () => {
    await pusher.finish(0);
    client.close();
    await collector.kill();
    rmSync(folder, { recursive: true });
  });

  test('sends in order, empties the spool, and hands on what is wanted', async () => {
    collector.wanted = () => ['gnu:0123'];
    for (const second of [0, 1, 2]) spool.add(batchBytes(second, 5), 5);
    pusher.wake();
    await eventually('three batches', 10, () => spool.length === 0);
    expect(collector.batches.map(({ from }) => from - Date.UTC(2026, 0, 1))).toEqual([0, 1000, 2000]);
    expect([collector.samples, pusher.counters.stored, wanted]).toEqual([15, 3, ['gnu:0123', 'gnu:0123', 'gnu:0123']]);
  });

  test('keeps everything while the collector is away, and loses and doubles nothing', async () => {
    await collector.kill();
    for (const second of [0, 1, 2, 3]) spool.add(batchBytes(second, 10), 10);
    pusher.wake();
    await eventually('a failed attempt', 10, () => pusher.counters.retries > 0);
    expect([spool.length, collector.samples, pusher.lastFailure]).toEqual([4, 0, expect.stringMatching(/ECONN/)]);
    await collector.start();
    await eventually('the spool to be empty', 30, () => spool.length === 0);
    expect([collector.samples, collector.duplicates, pusher.lastFailure]).toEqual([40, 0, '']);
  });

  test.each([429, 500, 503, 408])('tries again after %i', async (status) => {
    collector.fault = { status, times: 2 };
    spool.add(batchBytes(0, 3), 3);
    pusher.wake();
    await eventually('the batch', 20, () => spool.length === 0);
    expect([collector.samples, pusher.counters.retries, pusher.counters.refused]).toEqual([3, 2, 0]);
  });

  test('a batch whose answer was lost is sent again and changes nothing', async () => {
    collector.fault = { status: 503, afterStoring: true, times: 1 };
    spool.add(batchBytes(0, 3), 3);
    pusher.wake();
    await eventually('the answer', 20, () => spool.length === 0);
    expect([collector.samples, collector.duplicates, pusher.counters.duplicate]).toEqual([3, 1, 1]);
  });

  test('a refused batch is dropped and counted, the next one arrives', async () => {
    collector.fault = { status: 400, times: 1 };
    spool.add(batchBytes(0, 3), 3);
    spool.add(batchBytes(1, 4), 4);
    pusher.wake();
    await eventually('both decided', 10, () => spool.length === 0);
    expect([collector.samples, pusher.counters]).toEqual([
      4,
      { stored: 1, duplicate: 0, refused: 1, refusedSamples: 3, retries: 0 },
    ]);
  });

  test('what is not delivered at the end is delivered by the next run', async () => {
    await collector.kill();
    spool.add(batchBytes(0, 6), 6);
    await pusher.finish(50);
    await collector.start();
    pusher = new Pusher(new Spool(folder), client, createLogger('test', 'fatal'), () => {});
    await pusher.finish(5_000);
    expect([collector.samples, collector.duplicates]).toEqual([6, 0]);
  });
});
