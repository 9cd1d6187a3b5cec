import { describe, expect, it } from 'vitest';
import {
  arePartsOfOne,
  earlier,
  mayHoldSamples,
  presets,
  sidesWithSamples,
  standardSides,
} from '../src/features/compare/presets.ts';

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

  describe('with one version', () => {
    /** After 2000, as ranges must be. */
    const NOW = 1_795_000_000;
    const ago = (seconds: number) => String(NOW - seconds);
    const only = [{ version: '1.0', firstSeen: NOW - 400, lastSeen: NOW - 5 }];
    /** Steps of 50 s over the standard sides, from half an hour ago. */
    const recorded = (...agos: number[]) => {
      const value = new Array<number>(36).fill(0);
      for (const seconds of agos) value[Math.floor((1800 - seconds) / 50)] = 7;
      return { start: NOW - 1800, stepSeconds: 50, value };
    };
    const standard = standardSides(only, NOW);

    it('parts the time of a fresh install in two, so that both sides have samples', () => {
      const sides = sidesWithSamples(standard, recorded(400, 350, 300, 250, 50), NOW);
      expect(sides).toEqual({
        a: { range: { from: ago(400), to: ago(250) }, versions: [] },
        b: { range: { from: ago(250), to: ago(0) }, versions: [] },
      });
      expect(arePartsOfOne(sides, only)).toBe(true);
    });

    it('leaves the time before where it has samples, and where there is too little to part', () => {
      expect(sidesWithSamples(standard, recorded(1000, 300), NOW)).toBe(standard);
      expect(sidesWithSamples(standard, recorded(300), NOW)).toBe(standard);
      expect(arePartsOfOne(standard, only)).toBe(false);
    });

    it('takes its last quarter of an hour where it runs no more', () => {
      const ended = [{ version: '1.0', firstSeen: NOW - 50_000, lastSeen: NOW - 10_000 }];
      expect(standardSides(ended, NOW)).toEqual({
        a: { range: { from: ago(11_799), to: ago(10_899) }, versions: [] },
        b: { range: { from: ago(10_899), to: ago(9_999) }, versions: [] },
      });
    });

    it('offers no baseline from before it was recorded', () => {
      const offered = presets(standard.b, 900, only, NOW).filter(({ choice }) => mayHoldSamples(choice, only, NOW));
      expect(offered).toEqual([]);
      expect(mayHoldSamples(standard.b, only, NOW)).toBe(true);
      expect(mayHoldSamples({ ...standard.b, versions: ['0.9'] }, only, NOW)).toBe(false);
    });
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
