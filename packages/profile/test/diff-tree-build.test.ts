import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildDiffTree, type DiffTree, mergeProfiles, mergeTries, type StackProfile, spread } from '../src/index.ts';
import { arbitraryProfile } from './arbitrary-profile.ts';
import { callTreeOf, namesOf, profileOf, treeText } from './profile-text.ts';

function diff(a: StackProfile, b: StackProfile): DiffTree {
  const { trie, nodeOf } = mergeTries([a.stacks, b.stacks]);
  const { functions, functionOf } = namesOf({ ...a, stacks: trie });
  const wide = (profile: StackProfile, side: 0 | 1) => spread(profile.value, nodeOf[side]!, trie.parent.length);
  return buildDiffTree(trie, wide(a, 0), wide(b, 1), functions, functionOf);
}

const text = (tree: DiffTree) =>
  Array.from(tree.depth, (depth, node) => {
    const name = depth === 0 ? 'all' : tree.functions.name[tree.function[node]!];
    return `${'  '.repeat(depth)}${name} ${tree.totalA[node]} → ${tree.totalB[node]}`;
  }).join('\n');

describe('the diff tree', () => {
  test('shows what is new and what is gone beside what stayed', () => {
    const before = profileOf('main;old 4\nmain;same 6');
    const after = profileOf('main;same 6\nmain;new 14');
    expect(text(diff(before, after))).toBe(
      'all 100 → 200\n  main 100 → 200\n    same 60 → 60\n    new 0 → 140\n    old 40 → 0',
    );
  });

  test('of a profile with itself is the same on both sides', () => {
    fc.assert(
      fc.property(arbitraryProfile, (profile) => {
        const tree = diff(profile, profile);
        expect(tree.selfA).toEqual(tree.selfB);
        expect(tree.totalA).toEqual(tree.totalB);
      }),
    );
  });

  test('swaps its columns when its sides are swapped', () => {
    fc.assert(
      fc.property(arbitraryProfile, arbitraryProfile, (a, b) => {
        const there = diff(a, b);
        const back = diff(b, a);
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
