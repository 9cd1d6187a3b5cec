import type { DiffTree } from '@strata/profile';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareValues, modelDiff, NORMS, noiseFloor, wholeOf } from '../src/features/compare/diff-model.ts';

const side = (samples: number) => ({ seconds: 60, samples, instances: 2 });

/** all → same 50/50, grew 10/30, gone 20/0, new 0/0+20, with self on the leaves only. */
const tree: DiffTree = {
  functions: {
    name: ['all', 'same', 'grew', 'gone', 'new'],
    file: ['', '', '', '', ''],
    binary: ['', '', '', '', ''],
    kind: new Uint8Array(5),
  },
  depth: Uint16Array.from([0, 1, 1, 1, 1]),
  function: Uint32Array.from([0, 1, 2, 3, 4]),
  selfA: Float64Array.from([0, 50, 10, 20, 0]),
  selfB: Float64Array.from([0, 50, 30, 0, 20]),
  totalA: Float64Array.from([80, 50, 10, 20, 0]),
  totalB: Float64Array.from([100, 50, 30, 0, 20]),
};

describe('modelDiff', () => {
  it('keeps removed frames visible and scores from gone to new', () => {
    const model = modelDiff(tree, 'absolute', side(8000), side(10_000));
    expect([...model.width].map((w) => w.toFixed(2))).toEqual(['1.00', '0.56', '0.21', '0.13', '0.10']);
    expect([0, 1, 2, 3, 4].map((node) => model.change(node).score.toFixed(2))).toEqual([
      '0.11',
      '0.00',
      '0.50',
      '-1.00',
      '1.00',
    ]);
  });

  it('says of a change in few samples that it is within noise', () => {
    const few = modelDiff(tree, 'share', side(8), side(10));
    const many = modelDiff(tree, 'share', side(8000), side(10_000));
    expect(few.functionChanges('self').map((row) => row.withinNoise)).toEqual([true, true, true, true]);
    expect(many.functionChanges('self').map((row) => row.withinNoise)).toEqual([false, false, false, false]);
  });

  it('lists functions by self, in shares of each side', () => {
    const grew = modelDiff(tree, 'share', side(8000), side(10_000)).functionChanges('self')[1]!;
    expect([grew.name, grew.a, grew.b]).toEqual(['grew', 0.125, 0.3]);
  });
});

describe('compareValues', () => {
  const value = fc.double({ min: 0, max: 1e12, noNaN: true });
  const samples = fc.integer({ min: 1, max: 1e6 });
  it('is bounded, antisymmetric, and neutral for a side against itself', () => {
    fc.assert(
      fc.property(fc.constantFrom(...NORMS), value, value, samples, samples, (norm, a, b, nA, nB) => {
        const wholeA = wholeOf(norm, 1e12, side(nA));
        const wholeB = wholeOf(norm, 1e12, side(nB));
        const there = compareValues(norm, a, b, wholeA, wholeB);
        const back = compareValues(norm, b, a, wholeB, wholeA);
        expect(there.score + back.score).toBeCloseTo(0, 12);
        expect(there.withinNoise).toBe(back.withinNoise);
        expect(Math.abs(there.score)).toBeLessThanOrEqual(1);
        const same = compareValues(norm, a, a, wholeA, wholeA);
        expect([same.score, same.withinNoise]).toEqual([0, true]);
      }),
    );
  });
});

describe('noiseFloor', () => {
  it('halves when there are four times as many samples', () => {
    expect(noiseFloor(0.01, side(4000), side(4000)) / noiseFloor(0.01, side(16_000), side(16_000))).toBeCloseTo(2);
  });
});
