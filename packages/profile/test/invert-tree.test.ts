import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallTree } from '../src/call-tree.ts';
import { functionTotals } from '../src/function-totals.ts';
import { invertTree } from '../src/invert-tree.ts';

const NAMES = ['main', 'parse', 'malloc', 'send'];

/** Nodes as [depth, function, self]; totals follow. */
function treeOf(nodes: readonly (readonly [number, number, number])[]): CallTree {
  const all = [[0, 0, 0] as const, ...nodes];
  const depth = Uint16Array.from(all, ([d]) => d);
  const self = Float64Array.from(all, ([, , s]) => s);
  const total = self.slice();
  for (let node = total.length - 1; node > 0; node--) {
    let parent = node - 1;
    while (depth[parent]! >= depth[node]!) parent--;
    total[parent]! += total[node]!;
  }
  const blank = NAMES.map(() => '');
  const functions = {
    name: NAMES,
    file: blank,
    binary: blank,
    kind: new Uint8Array(NAMES.length),
    line: new Uint32Array(NAMES.length),
  };
  const inlined = new Uint8Array(all.length);
  return { functions, depth, function: Uint32Array.from(all, ([, f]) => f), inlined, self, total };
}

const text = (tree: CallTree) =>
  Array.from(tree.depth, (depth, node) => {
    const name = node === 0 ? 'all' : tree.functions.name[tree.function[node]!];
    return `${'  '.repeat(depth)}${name} ${tree.total[node]}`;
  });

describe('invertTree', () => {
  it('puts what time is spent in first and its callers below', () => {
    const tree = treeOf([
      [1, 0, 1],
      [2, 1, 4],
      [3, 2, 10],
      [2, 3, 2],
      [3, 2, 7],
    ]);
    expect(text(invertTree(tree))).toEqual([
      'all 24',
      '  malloc 17',
      '    parse 10',
      '      main 10',
      '    send 7',
      '      main 7',
      '  parse 4',
      '    main 4',
      '  send 2',
      '    main 2',
      '  main 1',
    ]);
  });

  it('keeps the whole, gives every function its self at the first level, and is its own inverse', () => {
    const step = fc.tuple(fc.nat(2), fc.nat(NAMES.length - 1), fc.nat(50));
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
        let depth = 0;
        const tree = treeOf(
          steps.map(([up, row, self]) => {
            depth = Math.max(1, depth + 1 - up);
            return [depth, row, self] as const;
          }),
        );
        const inverted = invertTree(tree);
        expect(inverted.total[0]).toBe(tree.total[0]);
        const { self } = functionTotals(tree);
        const first = new Float64Array(NAMES.length);
        for (const [node, at] of inverted.depth.entries())
          if (at === 1) first[inverted.function[node]!]! += inverted.total[node]!;
        expect(first).toEqual(self);
        expect(text(invertTree(invertTree(inverted)))).toEqual(text(inverted));
        const pruned = invertTree(tree, inverted.total[0]! / 8);
        expect(pruned.self.reduce((sum, value) => sum + value, 0)).toBe(tree.total[0]);
        expect(pruned.depth.length).toBeLessThanOrEqual(inverted.depth.length);
      }),
    );
  });
});
