import type { CallTree } from './call-tree.ts';
import type { FrameNames } from './frame-names.ts';
import type { StackTrie } from './model.ts';

/** Call nodes by function with their children linked, before they are put in order. Node 0 is the root. */
export interface MergedNodes {
  readonly size: number;
  readonly parent: Int32Array;
  readonly function: Uint32Array;
  readonly depth: Uint16Array;
  readonly inlined: Uint8Array;
  readonly firstChild: Int32Array;
  readonly nextSibling: Int32Array;
  /** Per trie node, the call node that its innermost call became; −1 where nothing of it is worth anything. */
  readonly nodeOf: Int32Array;
}

/** What a depth of 16 bits holds. A hostile debug file may say more inlined calls; they count for the one they are in. */
const DEPTH_MOST = 65_535;

/**
 * Merges trie nodes whose paths of functions are the same; a trie node becomes as many call nodes as its frame has calls.
 * Trie nodes for which `worth` is 0, with all below them, are left out. One pass over the trie: parents stand before their
 * children.
 */
export function mergeByFunction(stacks: StackTrie, names: FrameNames, worth: Uint8Array): MergedNodes {
  const most = callsIn(stacks, names, worth) + 1;
  const nodeOf = new Int32Array(stacks.parent.length).fill(-1);
  const parent = new Int32Array(most);
  const functions = new Uint32Array(most);
  const depth = new Uint16Array(most);
  const inlined = new Uint8Array(most);
  const firstChild = new Int32Array(most).fill(-1);
  const nextSibling = new Int32Array(most).fill(-1);
  const table = new NodeTable(most);
  parent[0] = -1;
  let count = 1;
  for (let i = 0; i < nodeOf.length; i++) {
    if (worth[i] === 0) continue;
    let at = stacks.parent[i]! < 0 ? 0 : nodeOf[stacks.parent[i]!]!;
    const outermost = names.start[stacks.frame[i]!]!;
    const end = names.start[stacks.frame[i]! + 1]!;
    for (let call = outermost; call < end && depth[at]! < DEPTH_MOST; call++) {
      const row = names.function[call]!;
      if (!(names.foldsRepeats && at > 0 && functions[at] === row)) {
        let node = table.find(at, row, parent, functions);
        if (node < 0) {
          node = count++;
          parent[node] = at;
          functions[node] = row;
          depth[node] = depth[at]! + 1;
          inlined[node] = 1;
          nextSibling[node] = firstChild[at]!;
          firstChild[at] = node;
          table.add(node);
        }
        at = node;
      }
      if (call === outermost) inlined[at] = 0;
    }
    nodeOf[i] = at;
  }
  return { size: count, parent, function: functions, depth, inlined, firstChild, nextSibling, nodeOf };
}

function callsIn(stacks: StackTrie, names: FrameNames, worth: Uint8Array): number {
  let calls = 0;
  for (let i = 0; i < worth.length; i++)
    if (worth[i] !== 0) calls += names.start[stacks.frame[i]! + 1]! - names.start[stacks.frame[i]!]!;
  return calls;
}

/** Open addressing over (parent, function); holds nodes, reads their keys from the columns. */
class NodeTable {
  #slots: Int32Array;
  #mask: number;
  #slot = 0;

  constructor(most: number) {
    const size = 2 ** Math.ceil(Math.log2(Math.max(16, most * 2)));
    this.#slots = new Int32Array(size);
    this.#mask = size - 1;
  }

  /** The node, or −1; then `add` puts one in its place. */
  find(above: number, row: number, parent: Int32Array, functions: Uint32Array): number {
    let slot = (Math.imul(above, 0x9e3779b1) ^ Math.imul(row + 1, 0x85ebca6b)) >>> 0;
    slot = (slot ^ (slot >>> 15)) & this.#mask;
    for (;;) {
      const node = this.#slots[slot]!;
      if (node === 0) break;
      if (parent[node] === above && functions[node] === row) return node;
      slot = (slot + 1) & this.#mask;
    }
    this.#slot = slot;
    return -1;
  }

  add(node: number): void {
    this.#slots[this.#slot] = node;
  }
}

/** 1 for trie nodes that, or whose descendants, have something in one of the columns. */
export function worthOf(stacks: StackTrie, ...columns: readonly Float64Array[]): Uint8Array {
  const worth = new Uint8Array(stacks.parent.length);
  for (let i = worth.length - 1; i >= 0; i--) {
    if (worth[i] === 0) for (const column of columns) if (column[i] !== 0) worth[i] = 1;
    const above = stacks.parent[i]!;
    if (worth[i] === 1 && above >= 0) worth[above] = 1;
  }
  return worth;
}

/** Self values of trie nodes, summed by the call node they became. The root has what no stack carries: nothing. */
export function selfOf(nodes: MergedNodes, value: Float64Array): Float64Array {
  const self = new Float64Array(nodes.size);
  for (let i = 0; i < value.length; i++) if (nodes.nodeOf[i]! >= 0) self[nodes.nodeOf[i]!]! += value[i]!;
  return self;
}

export function totalOf(nodes: MergedNodes, self: Float64Array): Float64Array {
  const total = Float64Array.from(self);
  for (let node = nodes.size - 1; node > 0; node--) total[nodes.parent[node]!]! += total[node]!;
  return total;
}

/** Above this many siblings, sorting by insertion is slower than the engine's sort with its calls back. */
const FEW_SIBLINGS = 24;

/** Preorder of the nodes: siblings by descending `weight`, ties by name. Returns old node numbers, and depths. */
export function preorder(
  nodes: MergedNodes,
  weight: Float64Array,
  names: readonly string[],
): { order: Uint32Array; depth: Uint16Array } {
  const { size, firstChild, nextSibling } = nodes;
  const order = new Uint32Array(size);
  const depth = new Uint16Array(size);
  /** Nodes yet to come, the next one last: siblings lie in it from the lightest to the heaviest. */
  const waiting = new Uint32Array(size);
  const later = (a: number, b: number) => {
    if (weight[a] !== weight[b]) return weight[a]! - weight[b]!;
    const [nameA, nameB] = [names[nodes.function[a]!]!, names[nodes.function[b]!]!];
    return nameA < nameB ? 1 : nameA > nameB ? -1 : a - b;
  };
  let top = 1;
  for (let at = 0; top > 0; at++) {
    const node = waiting[--top]!;
    order[at] = node;
    depth[at] = nodes.depth[node]!;
    const base = top;
    for (let child = firstChild[node]!; child >= 0; child = nextSibling[child]!) waiting[top++] = child;
    if (top - base > FEW_SIBLINGS) waiting.subarray(base, top).sort(later);
    else sortFew(waiting, base, top, later);
  }
  return { order, depth };
}

function sortFew(column: Uint32Array, from: number, to: number, compare: (a: number, b: number) => number): void {
  for (let i = from + 1; i < to; i++) {
    const one = column[i]!;
    let at = i;
    for (; at > from && compare(column[at - 1]!, one) > 0; at--) column[at] = column[at - 1]!;
    column[at] = one;
  }
}

/** The column, with `order[i]`'s value at `i`. */
export function reorder<T extends Float64Array | Uint32Array | Uint8Array>(column: T, order: Uint32Array): T {
  const to = new (column.constructor as { new (size: number): T })(order.length);
  for (let i = 0; i < order.length; i++) to[i] = column[order[i]!]!;
  return to;
}

/**
 * The call tree of a sum per stack. `value` is per trie node (self only). Every unit of `value` is in exactly one `self`.
 */
export function buildCallTree(stacks: StackTrie, value: Float64Array, names: FrameNames): CallTree {
  const { functions } = names;
  const nodes = mergeByFunction(stacks, names, worthOf(stacks, value));
  const self = selfOf(nodes, value);
  const total = totalOf(nodes, self);
  const { order, depth } = preorder(nodes, total, functions.name);
  return {
    functions,
    depth,
    function: reorder(nodes.function, order),
    inlined: reorder(nodes.inlined, order),
    self: reorder(self, order),
    total: reorder(total, order),
  };
}
