import { expect, test } from 'vitest';
import { wordsOfChange } from '../src/features/compare/change-words.ts';

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
  const plain = (text: string) => text.replaceAll('\u202f', ' ');
  expect({ change: plain(words.change), detail: plain(words.detail) }).toEqual({ change, detail });
});
