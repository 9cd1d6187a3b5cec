import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DiffTree, mergeProfiles, type StackProfile } from '../src/index.ts';
import { arbitraryProfile } from './arbitrary-profile.ts';
import { callTreeOf, diffTreeOf, profileOf, treeText } from './profile-text.ts';

const text = (tree: DiffTree) =>
  Array.from(tree.depth, (depth, node) => {
    const name = depth === 0 ? 'all' : tree.functions.name[tree.function[node]!];
    return `${'  '.repeat(depth)}${name} ${tree.totalA[node]} → ${tree.totalB[node]}`;
  }).join('\n');

describe('the diff tree', () => {
  test('shows what is new and what is gone beside what stayed', () => {
    const before = profileOf('main;old 4\nmain;same 6');
    const after = profileOf('main;same 6\nmain;new 14');
    expect(text(diffTreeOf(before, after))).toBe(
      'all 100 → 200\n  main 100 → 200\n    same 60 → 60\n    new 0 → 140\n    old 40 → 0',
    );
  });

  test('of a profile with itself is the same on both sides', () => {
    fc.assert(
      fc.property(arbitraryProfile, (profile) => {
        const tree = diffTreeOf(profile, profile);
        expect(tree.selfA).toEqual(tree.selfB);
        expect(tree.totalA).toEqual(tree.totalB);
      }),
    );
  });

  test('swaps its columns when its sides are swapped', () => {
    fc.assert(
      fc.property(arbitraryProfile, arbitraryProfile, (a, b) => {
        const there = diffTreeOf(a, b);
        const back = diffTreeOf(b, a);
        const names = (tree: DiffTree) => Array.from(tree.function, (row) => tree.functions.name[row]).slice(1);
        expect(names(back)).toEqual(names(there));
        expect(back.totalA).toEqual(there.totalB);
        expect(back.selfB).toEqual(there.selfA);
      }),
    );
  });
});

describe('merging profiles', () => {
  test('sums stack by stack', () => {
    expect(treeText(callTreeOf(mergeProfiles([profileOf('a;b 1\nc 1'), profileOf('a;b 2\na 1')])))).toBe(
      'all 50 (0)\n  a 40 (10)\n    b 30 (30)\n  c 10 (10)',
    );
  });

  test('does not depend on the order, and loses nothing', () => {
    fc.assert(
      fc.property(arbitraryProfile, arbitraryProfile, (a, b) => {
        const sum = (profile: StackProfile) => profile.value.reduce((x, y) => x + y, 0);
        expect(sum(mergeProfiles([a, b]))).toBe(sum(a) + sum(b));
        expect(treeText(callTreeOf(mergeProfiles([a, b])))).toBe(treeText(callTreeOf(mergeProfiles([b, a]))));
      }),
    );
  });
});
