import { describe, expect, it } from 'vitest';
import {
  amountOf,
  fineAmountOf,
  formatBytes,
  formatCount,
  formatShare,
  formatShareChange,
  formatSigned,
  formatThree,
} from '../src/ui/amount.ts';

describe('numbers in words', () => {
  it.each([
    [
      formatThree,
      [0, 0.0001, 0.0521, 4.712, 38.44, 384.2, 1284, -0.5],
      ['0', '<0.001', '0.052', '4.71', '38.4', '384', '1,284', '−0.50'],
    ],
    [formatShare, [0, 0.00001, 0.0012, 0.123, 0.9999, 1], ['0 %', '< 0.01 %', '0.12 %', '12.3 %', '100 %', '100 %']],
    [formatShareChange, [0.029, -0.5, 0, 1e-6, -1e-6], ['+2.9 %', '−50.0 %', '0 %', '≈ 0 %', '≈ 0 %']],
    [
      (value: number) => formatSigned(formatThree, value),
      [1.12, -0.5, 0, 1e-9, -1e-9],
      ['+1.12', '−0.50', '0', '≈ 0', '≈ 0'],
    ],
    [formatCount, [0, 1204, 99_999, 13_700_000], ['0', '1,204', '99,999', '13.7 M']],
    [formatBytes, [12, 310_000], ['12 B', '310 kB']],
  ])('%o', (write, values, words) => {
    expect(values.map((value) => write(value).replaceAll('\u202f', ' '))).toEqual(words);
  });

  it('writes CPU time as cores, memory as bytes, the rest as it is counted', () => {
    const text = (unit: string, value: number) => amountOf(unit, 60).text(value).replaceAll(/\s/g, ' ');
    expect([text('nanoseconds', 282.6e9), text('bytes', 12_300_000), text('count', 5)]).toEqual([
      '4.71 cores',
      '12.3 MB',
      '5 events',
    ]);
  });

  it('takes a finer unit where all figures are small', () => {
    const text = (unit: string, value: number, largest: number) =>
      fineAmountOf(unit, 1, largest).text(value).replaceAll(/\s/g, ' ');
    expect([text('nanoseconds', 3e5, 4e6), text('nanoseconds', 3e5, 4e9), text('count', 0.3, 2)]).toEqual([
      '0.30 millicores',
      '<0.001 cores',
      '0.30 events',
    ]);
  });
});
