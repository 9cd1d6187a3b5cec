import type { CallTree, FunctionTable } from './call-tree.ts';

/** Where the boxes of a tree lie: preorder columns, widths in any one unit. No object per node. */
export interface FlameLayout {
  readonly depth: Uint16Array;
  /** −1 for the root. */
  readonly parent: Int32Array;
  /** One past the last node of the subtree. */
  readonly end: Uint32Array;
  /** Left edge; the root's is 0. */
  readonly start: Float64Array;
  readonly width: Float64Array;
  readonly maxDepth: number;
}

/** A layout whose nodes name functions by row. */
export interface NamedTree extends FlameLayout {
  readonly functions: FunctionTable;
  readonly function: Uint32Array;
  /** 1 where every call that the node stands for was inlined into the one above. */
  readonly inlined: Uint8Array;
}

/** A call tree with its layout. `width` is `total`. */
export interface FlameTree extends NamedTree {
  readonly self: Float64Array;
  readonly total: Float64Array;
}

/** Name of a node's function; the root has none of its own. */
export function nameOf(tree: NamedTree, node: number): string {
  return node === 0 ? 'all' : tree.functions.name[tree.function[node]!]!;
}

/** Children stand side by side from their parent's left edge, in order. One pass, since a million nodes are laid out at once. */
export function layoutColumns(depth: Uint16Array, width: Float64Array): FlameLayout {
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
  return { depth, parent, end, start, width, maxDepth };
}

export function layoutTree(tree: CallTree): FlameTree {
  return { ...tree, ...layoutColumns(tree.depth, tree.total) };
}
