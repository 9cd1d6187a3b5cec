import type { CallTree } from './call-tree.ts';
import { type MergedNodes, preorder, reorder } from './call-tree-build.ts';

/**
 * The same stacks read from the leaf: children of the root are the functions that time is spent in, their children the
 * callers. A node's total is the self of the leaf that its path of callers leads to; `self` is what has no caller
 * above it. The root's total stays. Work is the sum of the depths of nodes with self.
 */
export function invertTree(tree: CallTree): CallTree {
  const size = tree.depth.length;
  const nodes = new GrowingNodes(tree.functions.name.length);
  const path: number[] = [];
  for (let node = 0; node < size; node++) {
    path[tree.depth[node]!] = node;
    const value = tree.self[node]!;
    if (value === 0) continue;
    let at = 0;
    nodes.total[0]! += value;
    for (let depth = tree.depth[node]!; depth > 0; depth--) {
      at = nodes.child(at, tree.function[path[depth]!]!);
      nodes.total[at]! += value;
    }
    nodes.self[at]! += value;
  }
  const merged = nodes.merged();
  const total = Float64Array.from(nodes.total);
  const { order, depth } = preorder(merged, total, tree.functions.name);
  return {
    functions: tree.functions,
    depth,
    function: reorder(merged.function, order),
    self: reorder(Float64Array.from(nodes.self), order),
    total: reorder(total, order),
  };
}

/** Call nodes with linked children; a child is made when it is first asked for. */
class GrowingNodes {
  readonly total = [0];
  readonly self = [0];
  readonly #parent = [-1];
  readonly #function = [0];
  readonly #firstChild = [-1];
  readonly #nextSibling = [-1];
  /** By parent and function in one number, which stays far below 2^53. */
  readonly #known = new Map<number, number>();
  readonly #functions: number;

  constructor(functions: number) {
    this.#functions = functions;
  }

  child(parent: number, row: number): number {
    const key = parent * this.#functions + row;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const node = this.total.length;
    this.#known.set(key, node);
    this.total.push(0);
    this.self.push(0);
    this.#parent.push(parent);
    this.#function.push(row);
    this.#nextSibling.push(this.#firstChild[parent]!);
    this.#firstChild.push(-1);
    this.#firstChild[parent] = node;
    return node;
  }

  merged(): MergedNodes {
    return {
      size: this.total.length,
      parent: Int32Array.from(this.#parent),
      function: Uint32Array.from(this.#function),
      firstChild: Int32Array.from(this.#firstChild),
      nextSibling: Int32Array.from(this.#nextSibling),
      nodeOf: new Int32Array(0),
    };
  }
}
