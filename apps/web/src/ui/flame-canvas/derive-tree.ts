import type { CallTree } from '@strata/profile';
import type { FlameTree } from './flame-tree.ts';

/** Parents, subtree ends, left edges and the greatest depth of preorder columns, in one pass. */
export function derive(
  depth: Uint16Array,
  width: Float64Array,
): { parent: Int32Array; end: Uint32Array; start: Float64Array; maxDepth: number } {
  const size = depth.length;
  const parent = new Int32Array(size);
  const end = new Uint32Array(size);
  const start = new Float64Array(size);
  const open: number[] = [];
  // Left edge of the next child, per open depth.
  const cursor: number[] = [];
  let maxDepth = 0;
  for (let node = 0; node < size; node++) {
    const at = depth[node]!;
    if (at > maxDepth) maxDepth = at;
    while (open.length > at) end[open.pop()!] = node;
    parent[node] = at === 0 ? -1 : open[at - 1]!;
    start[node] = at === 0 ? 0 : cursor[at]!;
    cursor[at] = start[node]! + width[node]!;
    cursor[at + 1] = start[node]!;
    open.push(node);
  }
  for (const node of open) end[node] = size;
  return { parent, end, start, maxDepth };
}

export function deriveTree(tree: CallTree): FlameTree {
  return { ...tree, width: tree.total, ...derive(tree.depth, tree.total) };
}
