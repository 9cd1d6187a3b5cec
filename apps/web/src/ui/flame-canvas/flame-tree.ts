import type { NamedTree } from './root-path.ts';

/** A call tree with what the canvas derives from it. `width` is `total`. */
export interface FlameTree extends NamedTree {
  readonly self: Float64Array;
  readonly total: Float64Array;
}

/** Name of a node's function; the root has none of its own. */
export function nameOf(tree: NamedTree, node: number): string {
  return node === 0 ? 'all' : tree.functions.name[tree.function[node]!]!;
}
