import { describe, expect, it } from 'vitest';
import { earlier, presets, standardSides } from '../src/features/compare/presets.ts';

const NOW = 1_000_000;
const versions = [
  { version: '2.0', firstSeen: NOW - 3600, lastSeen: NOW - 5 },
  { version: '1.9', firstSeen: NOW - 90_000, lastSeen: NOW - 3700 },
  { version: '1.8', firstSeen: NOW - 500_000, lastSeen: NOW - 90_000 },
];

describe('what to compare with', () => {
  it('starts with the newest version against the one before, each while it ran', () => {
    expect(standardSides(versions, NOW)).toEqual({
      a: { range: { from: '995401', to: '996301' }, versions: ['1.9'] },
      b: { range: { from: 'now-15m', to: 'now' }, versions: ['2.0'] },
    });
    expect(standardSides(versions.slice(0, 1), NOW).a.range).toEqual({ from: 'now-30m', to: 'now-15m' });
  });

  it('offers the version before, the period before, and the same hours earlier', () => {
    const b = { range: { from: 'now-15m', to: 'now' }, versions: ['1.9'] };
    expect(presets(b, 900, versions, NOW).map(({ label, choice }) => `${label}: ${choice.range.from}`)).toEqual([
      'Previous version, 1.8: 909101',
      'Previous period: now-30m',
      'Same hours, yesterday: now-1455m',
      'Same hours, a week ago: now-10095m',
    ]);
  });

  it('moves absolute ranges as well', () => {
    expect(earlier({ from: '5000', to: '6000' }, 1000)).toEqual({ from: '4000', to: '5000' });
  });
});
