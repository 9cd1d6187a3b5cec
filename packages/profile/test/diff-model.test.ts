import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareValues,
  type DiffSide,
  type DiffTree,
  modelDiff,
  NORMS,
  type Norm,
  noiseFloor,
  wholeOf,
} from '../src/index.ts';
import { arbitraryProfile } from './arbitrary-profile.ts';
import { diffTreeOf, profileOf } from './profile-text.ts';

const side = (samples: number) => ({ seconds: 60, samples, instances: 2 });

/** all → same 50/50, grew 10/30, gone 20/0, new 0/0+20, with self on the leaves only. */
const tree: DiffTree = {
  functions: {
    name: ['all', 'same', 'grew', 'gone', 'new'],
    file: ['', '', '', '', ''],
    binary: ['', '', '', '', ''],
    kind: new Uint8Array(5),
    line: new Uint32Array(5),
  },
  depth: Uint16Array.from([0, 1, 1, 1, 1]),
  function: Uint32Array.from([0, 1, 2, 3, 4]),
  inlined: new Uint8Array(5),
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

describe('changes of functions', () => {
  const changes = (a: string, b: string) =>
    modelDiff(diffTreeOf(profileOf(a), profileOf(b)), 'absolute', side(8000), side(8000))
      .functionChanges('self')
      .map((row) => `${row.name} ${row.a * 60} → ${row.b * 60}`);

  it('give what is inlined to the function that it is inlined into', () => {
    expect(changes('main;price>add>loop 3\nmain;print>loop 1', 'main;price>add>loop 3\nmain;print>loop 4')).toEqual(
      expect.arrayContaining(['price 30 → 30', 'print 10 → 40', 'add 0 → 0', 'loop 0 → 0']),
    );
  });

  it('know a function that was inlined on one side only for the same', () => {
    expect(changes('main;price>add 3', 'main;price;add 3')).toEqual(
      expect.arrayContaining(['add 30 → 30', 'price 0 → 0']),
    );
  });
});

describe('modelDiff, whatever the profiles', () => {
  const samples = fc.integer({ min: 1, max: 1e6 });
  const sides = fc.record({
    seconds: fc.integer({ min: 1, max: 1e6 }),
    samples,
    instances: fc.integer({ min: 1, max: 50 }),
  });
  const sum = (values: Iterable<number>) => [...values].reduce((all, value) => all + value, 0);
  /** What the whole is in a norm's measure. */
  const whole = (norm: Norm, total: number, { seconds, instances }: DiffSide) =>
    norm === 'share' ? 1 : norm === 'rate' ? total / seconds / instances : total / seconds;

  it('loses nothing: selfs of functions sum to the whole of their side, in every norm', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...NORMS),
        arbitraryProfile,
        arbitraryProfile,
        sides,
        sides,
        (norm, a, b, sideA, sideB) => {
          const tree = diffTreeOf(a, b);
          const rows = modelDiff(tree, norm, sideA, sideB).functionChanges('self');
          const [wholeA, wholeB] = [whole(norm, tree.totalA[0]!, sideA), whole(norm, tree.totalB[0]!, sideB)];
          expect(sum(rows.map((row) => row.a)) / wholeA).toBeCloseTo(1, 9);
          expect(sum(rows.map((row) => row.b)) / wholeB).toBeCloseTo(1, 9);
        },
      ),
    );
  });

  it('is neutral for a profile against itself', () => {
    fc.assert(
      fc.property(fc.constantFrom(...NORMS), arbitraryProfile, sides, (norm, profile, one) => {
        const model = modelDiff(diffTreeOf(profile, profile), norm, one, one);
        for (const node of model.depth.keys())
          expect(model.change(node)).toMatchObject({ score: 0, withinNoise: true, a: model.change(node).b });
      }),
    );
  });

  it('turns its sign, and nothing else, when the sides are swapped', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...NORMS),
        arbitraryProfile,
        arbitraryProfile,
        sides,
        sides,
        (norm, a, b, sideA, sideB) => {
          const there = modelDiff(diffTreeOf(a, b), norm, sideA, sideB);
          const back = modelDiff(diffTreeOf(b, a), norm, sideB, sideA);
          expect(back.width).toEqual(there.width);
          for (const node of there.depth.keys()) {
            const { a: before, b: after, score, withinNoise } = there.change(node);
            expect(back.change(node)).toEqual({ a: after, b: before, score: 0 - score, withinNoise });
          }
        },
      ),
    );
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
    for (const norm of NORMS)
      expect(
        noiseFloor(norm, 0.01, tree, side(4000), side(4000)) / noiseFloor(norm, 0.01, tree, side(16_000), side(16_000)),
      ).toBeCloseTo(2);
  });

  it('parts what is noise from what is not, in every norm', () => {
    const whole = (total: number, norm: Norm) => wholeOf(norm, total, side(10_000));
    const [totalA, totalB] = [tree.totalA[0]!, tree.totalB[0]!];
    for (const norm of NORMS) {
      const floor = noiseFloor(norm, 0.01, tree, side(10_000), side(10_000));
      const [wholeA, wholeB] = [whole(totalA, norm), whole(totalB, norm)];
      const at = (change: number) => {
        const middle = (totalA * wholeA.factor + totalB * wholeB.factor) * 0.005;
        const [a, b] = [(middle - change / 2) / wholeA.factor, (middle + change / 2) / wholeB.factor];
        return compareValues(norm, a, b, wholeA, wholeB).withinNoise;
      };
      expect([norm, at(floor * 0.95), at(floor * 1.05)]).toEqual([norm, true, false]);
    }
  });
});
