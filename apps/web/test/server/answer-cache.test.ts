import type { BuildId } from '@strata/profile';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Answer, AnswerCache } from '../../src/server/answer-cache.ts';

const SHOP = 'gnu:aa01' as BuildId;
const START = Date.UTC(2026, 0, 1);

let stamp = { text: 'first', changedAtMs: 0 };
let made = 0;

beforeEach(() => {
  vi.useFakeTimers({ now: START });
  stamp = { text: 'first', changedAtMs: 0 };
  made = 0;
});
afterEach(() => void vi.useRealTimers());

const answer = (settled: boolean): Answer => ({
  bytes: new Uint8Array(8),
  etag: `"${++made}"`,
  selections: [],
  files: [SHOP],
  madeAt: Date.now(),
  settled,
});
const later = (ms: number) => vi.setSystemTime(Date.now() + ms);

test('an answer about the past is kept, until one of its symbol indexes is another', async () => {
  const cache = new AnswerCache(async () => stamp);
  const ask = async () => (await cache.get('q', async () => answer(true))).etag;
  expect(await ask()).toBe('"1"');
  later(60_000);
  expect(await ask()).toBe('"1"');
  stamp = { text: 'second', changedAtMs: Date.now() };
  expect(await ask()).toBe('"2"');
});

test('an answer made while an index changed may have its old names, and is not kept', async () => {
  const cache = new AnswerCache(async () => stamp);
  stamp = { text: 'second', changedAtMs: START - 1_000 };
  const ask = async () => (await cache.get('q', async () => answer(true))).etag;
  expect(await ask()).toBe('"1"');
  later(3_000);
  expect(await ask()).toBe('"2"');
  later(10_000);
  expect(await ask()).toBe('"3"');
  later(10_000);
  expect(await ask()).toBe('"3"');
});

test('an answer about the present is two seconds old at most, and made once for all who ask', async () => {
  const cache = new AnswerCache(async () => stamp);
  const ask = async () => (await cache.get('q', async () => answer(false))).etag;
  expect(await Promise.all([ask(), ask()])).toEqual(['"1"', '"1"']);
  later(1_000);
  expect(await ask()).toBe('"1"');
  later(2_000);
  expect(await ask()).toBe('"2"');
});
