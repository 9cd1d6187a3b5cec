import { expect, test } from 'vitest';
import { parseTime, refreshMs, resolveRange, writeTime } from '../../src/address/time.ts';
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
  ['2026-02-30', null],
  ['2028-02-29', { kind: 'absolute', seconds: Date.UTC(2028, 1, 29) / 1000 }],
  ['2026-11-21T25:00:00Z', null],
  ['yesterday', null],
  ['NaN', null],
  ['Infinity', null],
  ['1e300', null],
  ['1'.repeat(400), null],
  ['now-1e9d', null],
  ['-5', null],
  ['', null],
])('%s is read as %o', (text, point) => {
  expect(parseTime(text)).toEqual(point);
});

test.each([
  // Short enough that a sample is on screen 15 s after it was taken: pushed every 10 s.
  [60, 3_000],
  [3_600, 3_000],
  [3_601, 60_000],
  [86_400, 60_000],
  [86_401, 300_000],
])('a view of the last %i s asks again every %i ms', (seconds, ms) => {
  expect(refreshMs({ from: NOW - seconds, to: NOW })).toBe(ms);
});

test('the second under way belongs to a range up to now', () => {
  expect(resolveRange({ from: 'now-1m', to: 'now' }, NOW + 0.2)).toEqual({ from: NOW - 59, to: NOW + 1 });
});

test.each(['now', 'now-90s', 'now-15m', 'now-6h', 'now-14d', '1795268400'])('%s is written as it was read', (text) => {
  expect(writeTime(parseTime(text)!)).toBe(text);
});

test.each([
  ['now-1h', 'now', { from: NOW - 3_600, to: NOW }],
  ['2026-11-21T13:00:00Z', String(NOW), { from: NOW - 3_600, to: NOW }],
  ['now-1h', String(NOW), { from: NOW - 3_600, to: NOW }],
  ['2026-11-21T00:00:00Z', 'now', { from: Date.UTC(2026, 10, 21) / 1000, to: NOW }],
  ['now', 'now-1h', /from must lie before to/],
  ['now-1h', 'soon', /^to=soon is no time/],
  ['0', '1', /^from=0 lies before the year 2000/],
  [String(NOW), '99999999999', /^to=99999999999 lies in the future/],
  [String(NOW), String(NOW), 'The range is empty: from must lie before to.'],
  ['now', 'now', 'The range is empty: from must lie before to.'],
  ['NaN', 'now', /^from=NaN is no time/],
  ['-3600', '0', /^from=-3600 is no time/],
  ['now', '1e300', /^to=1e300 is no time/],
  ['0001-01-01', '9999-12-31', /^from=0001-01-01 lies before the year 2000/],
  ['2020-01-01', '9999-12-31', /^to=9999-12-31 lies in the future/],
  ['now-999999999w', 'now', /^from=now-999999999w lies before the year 2000/],
  ['now-400d', 'now', { from: NOW - 400 * 86_400, to: NOW }],
  ['now-401d', 'now', 'The range is 401 days long: ask for at most 400 days.'],
  ['2020-01-01', '2026-11-21', 'The range is 2,516 days long: ask for at most 400 days.'],
])('from %s to %s is %o', (from, to, expected) => {
  const range = resolveRange({ from, to }, NOW);
  if (typeof expected === 'string') expect(range).toEqual({ problem: expected });
  else if (expected instanceof RegExp) expect(range).toEqual({ problem: expect.stringMatching(expected) });
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
