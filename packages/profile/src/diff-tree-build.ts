import type { DiffTree } from './call-tree.ts';
import { mergeByFunction, preorder, reorder, selfOf, totalOf, worthOf } from './call-tree-build.ts';
import type { FrameNames } from './frame-names.ts';
import type { StackTrie } from './model.ts';

/**
 * Two sums over one trie as one tree: a node for every path of functions that is in A or in B, siblings by the mean of both
 * shares. Swapping A and B swaps the columns and keeps the nodes.
 */
export function buildDiffTree(
  stacks: StackTrie,
  valueA: Float64Array,
  valueB: Float64Array,
  names: FrameNames,
): DiffTree {
  const { functions } = names;
  const nodes = mergeByFunction(stacks, names, worthOf(stacks, valueA, valueB));
  const selfA = selfOf(nodes, valueA);
  const selfB = selfOf(nodes, valueB);
  const totalA = totalOf(nodes, selfA);
  const totalB = totalOf(nodes, selfB);
  const { order, depth } = preorder(nodes, meanShares(totalA, totalB), functions.name);
  return {
    functions,
    depth,
    function: reorder(nodes.function, order),
    inlined: reorder(nodes.inlined, order),
    selfA: reorder(selfA, order),
    selfB: reorder(selfB, order),
    totalA: reorder(totalA, order),
    totalB: reorder(totalB, order),
  };
}

/** Per node, the mean of its shares of both sides; the root, node 0, is the whole. A side without samples counts as 0. */
export function meanShares(totalA: Float64Array, totalB: Float64Array): Float64Array {
  const share = (total: Float64Array, node: number) => (total[0]! > 0 ? total[node]! / total[0]! : 0);
  return totalA.map((_, node) => (share(totalA, node) + share(totalB, node)) / 2);
}
