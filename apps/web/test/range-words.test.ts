import { expect, test } from 'vitest';
import { type RangeText, resolveRange } from '../src/address/time.ts';
import { nameRange, shortRange } from '../src/ui/range-words.ts';

const NOW = 1_795_269_600;

test.each([
  [{ from: 'now-15m', to: 'now' }, 'Last 15 minutes', '15 min'],
  [{ from: 'now-24h', to: 'now' }, 'Last 24 hours', '1 day'],
  [{ from: 'now-30m', to: 'now-15m' }, '15 minutes until 15 minutes ago', '15 min, 15 min ago'],
  [{ from: String(NOW - 5_790), to: String(NOW - 5_400) }, '6 minutes 30 seconds', '6 min 30 s'],
] satisfies [RangeText, string, string][])(
  '%o is called so, and shorter where there is little room',
  (text, name, short) => {
    const range = resolveRange(text, NOW);
    if ('problem' in range) throw new Error(range.problem);
    expect(nameRange(text, range)).toBe(name);
    expect(shortRange(text, range).replaceAll('\u00a0', ' ')).toBe(short);
  },
);
