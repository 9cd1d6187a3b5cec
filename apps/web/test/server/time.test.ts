import { expect, test } from 'vitest';
import { parseTime, resolveRange, writeTime } from '../../src/address/time.ts';
import { nameRange } from '../../src/ui/range-words.ts';

const NOW = Date.UTC(2026, 10, 21, 14, 0, 0) / 1000;

test.each([
  ['now', { kind: 'relative', secondsAgo: 0 }],
  ['now-15m', { kind: 'relative', secondsAgo: 900 }],
  ['now - 2d', { kind: 'relative', secondsAgo: 172_800 }],
  ['1795268400', { kind: 'absolute', seconds: 1_795_268_400 }],
  ['2026-11-21T14:00:00Z', { kind: 'absolute', seconds: NOW }],
  ['2026-11-21T15:00:00+01:00', { kind: 'absolute', seconds: NOW }],
  ['2026-11-21 14:00', { kind: 'absolute', seconds: NOW }],
  ['2026-13-21T14:00:00Z', null],
  ['yesterday', null],
  ['-5', null],
  ['', null],
])('%s is read as %o', (text, point) => {
  expect(parseTime(text)).toEqual(point);
});

test.each(['now', 'now-90s', 'now-15m', 'now-6h', 'now-14d', '1795268400'])('%s is written as it was read', (text) => {
  expect(writeTime(parseTime(text)!)).toBe(text);
});

test.each([
  ['now-1h', 'now', { from: NOW - 3_600, to: NOW }],
  ['2026-11-21T13:00:00Z', String(NOW), { from: NOW - 3_600, to: NOW }],
  ['now-1h', String(NOW), /both be relative to now or both be absolute/],
  ['now', 'now-1h', /from must lie before to/],
  ['now-1h', 'soon', /^to=soon is no time/],
  ['0', '1', /^from=0 lies before the year 2000/],
  ['now-1h', 'now', { from: NOW - 3_600, to: NOW }],
  [String(NOW), '99999999999', /^to=99999999999 lies in the future/],
])('from %s to %s is %o', (from, to, expected) => {
  const range = resolveRange({ from, to }, NOW);
  if (expected instanceof RegExp) expect(range).toEqual({ problem: expect.stringMatching(expected) });
  else expect(range).toEqual(expected);
});

test.each([
  ['now-15m', 'now', 'Last 15 minutes'],
  ['now-90m', 'now', 'Last 1 hour 30 minutes'],
  ['now-2h', 'now-1h', '1 hour until 1 hour ago'],
  [String(NOW - 600), String(NOW), '10 minutes'],
])('from %s to %s is called %s', (from, to, name) => {
  expect(nameRange({ from, to }, resolveRange({ from, to }, NOW) as { from: number; to: number })).toBe(name);
});
