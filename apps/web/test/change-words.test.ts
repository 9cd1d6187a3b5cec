import { expect, test } from 'vitest';
import { wordsOfChange, wordsOfFunction } from '../src/features/compare/change-words.ts';
import { measureOf } from '../src/features/compare/measure.ts';
import { amountOf } from '../src/ui/amount.ts';

const plain = (text: string) => text.replaceAll('\u202f', ' ');

test.each([
  ['nanoseconds', 4e9, 5e9, 1e8, '+1.00 cores', '+25.0 %, 95 % interval +0.90 … +1.10'],
  ['nanoseconds', 0, 5e9, 1e8, '+5.00 cores', '95 % interval +4.90 … +5.10'],
  ['nanoseconds', 4e9, 4e9 - 2e5, 6e5, '−0.20 millicores', '≈ 0 %, 95 % interval −0.80 … +0.40'],
  ['nanoseconds', 4e9, 4e9, 6e5, 'No change', '95 % interval −0.60 … +0.60 millicores'],
  ['nanoseconds', 1e4, 1e4 + 10, 20, 'No change', '95 % interval ≈ 0 … ≈ 0 millicores'],
  ['bytes', 2000, 3000, 100, '+1 kB a second', '+50.0 %, 95 % interval +900 B … +1.1 kB'],
  ['count', 5, 5.5, 1, '+0.50 events a second', '+10.0 %, 95 % interval −0.50 … +1.50'],
])('%s: %d to %d, give or take %d', (unit, before, after, error, change, detail) => {
  const words = wordsOfChange(unit, before, after, error);
  expect({ change: plain(words.change), detail: plain(words.detail) }).toEqual({ change, detail });
});

test.each([
  ['share', 0.083, 0.299, '+21.6 points', '8.3 % → 29.9 %, +260 %'],
  ['share', 0, 0.05, '+5.00 points', '0 % → 5.0 %, new'],
  ['absolute', 4e9, 0, '−4.00 cores', '4.00 → 0, gone'],
] as const)('of a function, %s: %d to %d', (norm, a, b, change, detail) => {
  const words = wordsOfFunction({ a, b, score: 0, withinNoise: false }, measureOf(norm, amountOf('nanoseconds', 1)));
  expect({ change: plain(words.change), detail: plain(words.detail) }).toEqual({ change, detail });
});
