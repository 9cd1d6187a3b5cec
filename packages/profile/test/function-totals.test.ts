import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallTree } from '../src/index.ts';
import { functionNeighbours, functionTotals } from '../src/index.ts';

/** Nodes as [depth, function, self] below a root of function 0; totals follow. */
function treeOf(names: string[], nodes: [depth: number, fn: number, self: number][]): CallTree {
  const all: [number, number, number][] = [[0, 0, 0], ...nodes];
  const depth = Uint16Array.from(all, ([d]) => d);
  const self = Float64Array.from(all, ([, , s]) => s);
  const total = self.slice();
  for (let node = total.length - 1; node > 0; node--) {
    let parent = node - 1;
    while (depth[parent]! >= depth[node]!) parent--;
    total[parent]! += total[node]!;
  }
  const blank = names.map(() => '');
  const functions = {
    name: names,
    file: blank,
    binary: blank,
    kind: new Uint8Array(names.length),
    line: new Uint32Array(names.length),
  };
  const inlined = new Uint8Array(all.length);
  return { functions, depth, function: Uint32Array.from(all, ([, f]) => f), inlined, self, total };
}

const [ALL, MAIN, SORT, COMPARE] = [0, 1, 2, 3];
const tree = treeOf(
  ['all', 'main', 'sort', 'compare'],
  [
    [1, MAIN, 1],
    [2, SORT, 10],
    [3, COMPARE, 5],
    [3, SORT, 20],
    [4, COMPARE, 4],
    [2, COMPARE, 2],
  ],
);

describe('functionTotals', () => {
  it('adds self everywhere and total once per recursion', () => {
    const totals = functionTotals(tree);
    expect([...totals.self]).toEqual([0, 1, 30, 11]);
    expect([...totals.total]).toEqual([0, 42, 39, 11]);
    expect([...totals.nodes]).toEqual([0, 1, 2, 3]);
  });

  it('conserves self, and keeps every total between self and the root', () => {
    const node = fc.tuple(fc.nat(3), fc.nat(4), fc.nat(100));
    fc.assert(
      fc.property(fc.array(node, { minLength: 1, maxLength: 60 }), (steps) => {
        let depth = 0;
        const nodes = steps.map(([up, fn, self]): [number, number, number] => {
          depth = Math.max(1, depth + 1 - up);
          return [depth, fn, self];
        });
        const random = treeOf(['a', 'b', 'c', 'd', 'e'], nodes);
        const { self, total } = functionTotals(random);
        expect(self.reduce((sum, value) => sum + value, 0)).toBe(random.total[0]);
        for (let fn = 0; fn < 5; fn++) {
          expect(total[fn]).toBeGreaterThanOrEqual(self[fn]!);
          expect(total[fn]).toBeLessThanOrEqual(random.total[0]!);
          const { callers, callees } = functionNeighbours(random, fn);
          expect(callers.reduce((sum, caller) => sum + caller.total, 0)).toBe(total[fn]);
          for (const callee of callees) expect(callee.total).toBeLessThanOrEqual(total[fn]!);
        }
      }),
    );
  });
});

describe('functionNeighbours', () => {
  it('says who calls a function and what it calls, largest first, with the widest place', () => {
    expect(functionNeighbours(tree, SORT)).toEqual({
      callers: [{ function: MAIN, total: 39, node: 1 }],
      callees: [{ function: COMPARE, total: 9, node: 3 }],
    });
    expect(functionNeighbours(tree, COMPARE).callers).toEqual([
      { function: SORT, total: 9, node: 2 },
      { function: MAIN, total: 2, node: 1 },
    ]);
    expect(functionNeighbours(tree, MAIN).callers).toEqual([{ function: -1, total: 42, node: ALL }]);
  });
});
