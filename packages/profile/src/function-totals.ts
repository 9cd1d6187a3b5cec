import type { CallTree } from './call-tree.ts';

/** Per function of a tree, by its row in the function table. */
export interface FunctionTotals {
  /** Sum of self over the function's nodes. */
  readonly self: Float64Array;
  /** Sum of total over its outermost nodes: a function that calls itself counts once. */
  readonly total: Float64Array;
  /** How many nodes it has. */
  readonly nodes: Uint32Array;
}

/** Sums a call tree by function in one pass. The root is no function and is left out. */
export function functionTotals(
  tree: Pick<CallTree, 'functions' | 'function' | 'depth' | 'self' | 'total'>,
): FunctionTotals {
  const size = tree.functions.name.length;
  const self = new Float64Array(size);
  const total = new Float64Array(size);
  const nodes = new Uint32Array(size);
  const open = new Uint32Array(size);
  walk(tree, {
    enter: (node, row) => {
      self[row]! += tree.self[node]!;
      nodes[row]! += 1;
      if (open[row]!++ === 0) total[row]! += tree.total[node]!;
    },
    leave: (row) => {
      open[row]! -= 1;
    },
  });
  return { self, total, nodes };
}

/** A function that calls, or is called by, another, and what goes that way. */
export interface Neighbour {
  /** Row in the function table; −1 is the root. */
  readonly function: number;
  readonly total: number;
  /** The widest node at which this happens: the caller's, or the callee's. */
  readonly node: number;
}

/** Callers and callees of one function over the whole tree, largest first; recursion counts once. */
export function functionNeighbours(
  tree: Pick<CallTree, 'functions' | 'function' | 'depth' | 'self' | 'total'>,
  wanted: number,
): { callers: Neighbour[]; callees: Neighbour[] } {
  const callers = new Map<number, { total: number; node: number; widest: number }>();
  const callees = new Map<number, { total: number; node: number; widest: number }>();
  const add = (to: typeof callers, row: number, total: number, node: number) => {
    const known = to.get(row) ?? { total: 0, node, widest: -1 };
    known.total += total;
    if (total > known.widest) {
      known.widest = total;
      known.node = node;
    }
    to.set(row, known);
  };
  const path: number[] = [0];
  let openWanted = 0;
  // Callees that are open below an open `wanted`: an inner one is part of the outer one's total.
  const openCallees = new Map<number, number>();
  walk(tree, {
    enter: (node, row, depth) => {
      const parent = path[depth - 1]!;
      const caller = parent === 0 ? -1 : tree.function[parent]!;
      if (row === wanted && openWanted++ === 0) add(callers, caller, tree.total[node]!, parent);
      if (caller === wanted && row !== wanted && !openCallees.has(row)) {
        add(callees, row, tree.total[node]!, node);
        openCallees.set(row, depth);
      }
      path[depth] = node;
    },
    leave: (row, depth) => {
      if (row === wanted) openWanted--;
      if (openCallees.get(row) === depth) openCallees.delete(row);
    },
  });
  const list = (from: typeof callers) =>
    [...from]
      .map(([row, { total, node }]) => ({ function: row, total, node }))
      .sort((a, b) => b.total - a.total || a.function - b.function);
  return { callers: list(callers), callees: list(callees) };
}

interface Visitor {
  readonly enter: (node: number, functionRow: number, depth: number) => void;
  readonly leave: (functionRow: number, depth: number) => void;
}

/** Preorder over all nodes but the root, with the moment each is left. */
function walk(tree: Pick<CallTree, 'function' | 'depth'>, visitor: Visitor): void {
  const open: number[] = [];
  const leaveTo = (depth: number) => {
    while (open.length >= depth) visitor.leave(tree.function[open.pop()!]!, open.length + 1);
  };
  for (let node = 1; node < tree.depth.length; node++) {
    const depth = tree.depth[node]!;
    leaveTo(depth);
    open.push(node);
    visitor.enter(node, tree.function[node]!, depth);
  }
  leaveTo(1);
}
