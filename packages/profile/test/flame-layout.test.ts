import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FlameTree, layoutTree, nameOf } from '../src/index.ts';
import { arbitraryProfile } from './arbitrary-profile.ts';
import { callTreeOf, profileOf } from './profile-text.ts';

const text = (tree: FlameTree) =>
  Array.from(tree.depth, (depth, node) => {
    const right = tree.start[node]! + tree.width[node]!;
    return `${'  '.repeat(depth)}${nameOf(tree, node)} ${tree.start[node]} … ${right}, up to node ${tree.end[node]}`;
  }).join('\n');

describe('the layout of a flame graph', () => {
  test('puts children side by side from the left edge of their parent', () => {
    expect(text(layoutTree(callTreeOf(profileOf('main;read 3\nmain;read;copy 4\nmain;work 2\nmain 1\nexit 1'))))).toBe(
      [
        'all 0 … 110, up to node 6',
        '  main 0 … 100, up to node 5',
        '    read 0 … 70, up to node 4',
        '      copy 0 … 40, up to node 4',
        '    work 70 … 90, up to node 5',
        '  exit 100 … 110, up to node 6',
      ].join('\n'),
    );
  });

  test('loses nothing, keeps children in their parent and siblings apart, whatever the profile', () => {
    fc.assert(
      fc.property(arbitraryProfile, (profile) => {
        const tree = layoutTree(callTreeOf(profile));
        const right = (node: number) => tree.start[node]! + tree.width[node]!;
        expect(tree.self.reduce((sum, self) => sum + self, 0)).toBe(tree.width[0]);
        for (const [node, parent] of tree.parent.entries()) {
          expect(tree.width[node]).toBe(tree.total[node]);
          if (parent < 0) continue;
          expect(tree.depth[node]).toBe(tree.depth[parent]! + 1);
          expect(node).toBeGreaterThan(parent);
          expect(tree.end[node]).toBeLessThanOrEqual(tree.end[parent]!);
          expect(tree.start[node]).toBeGreaterThanOrEqual(tree.start[parent]!);
          expect(right(node)).toBeLessThanOrEqual(right(parent));
          const next = tree.end[node]!;
          if (next < tree.end[parent]!) expect(tree.start[next]).toBe(right(node));
          // What no child covers is the parent's own.
          else expect(right(parent) - right(node)).toBe(tree.self[parent]);
        }
      }),
    );
  });
});
