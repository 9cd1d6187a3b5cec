import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contrast, type Rgb } from '../src/ui/flame-canvas/palette.ts';
import { diffFills, diffShade } from '../src/ui/flame-canvas/shades.ts';

const TOKENS: Readonly<Record<string, string>> = {
  '--diff-less': '#6d56d6',
  '--diff-same': '#e1e0e4',
  '--diff-more': '#d96b14',
};
const fills = diffFills((name) => TOKENS[name]!);
const fillOf = (score: number, withinNoise: boolean) => fills[diffShade(score, withinNoise)]!;
const grey = fillOf(0.5, true);

test('what is within noise has no hue, and no change beyond it is as pale', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1, noNaN: true }), (score) => {
      expect([fillOf(score, true), fillOf(-score, true)]).toEqual([grey, grey]);
      for (const fill of [fillOf(score, false), fillOf(-score, false)])
        expect(contrast(fill, grey)).toBeGreaterThan(1.25);
    }),
  );
});

test('more is orange, less purple, and the stronger the change the further from grey', () => {
  const isOrange = ([red, , blue]: Rgb) => red > blue;
  expect([isOrange(fillOf(0.01, false)), isOrange(fillOf(-0.01, false))]).toEqual([true, false]);
  const away = [0.01, 0.3, 0.6, 1].map((score) => contrast(fillOf(score, false), grey));
  expect(away).toEqual([...away].sort((a, b) => a - b));
});
