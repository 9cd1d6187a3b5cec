import type { CallTree } from './call-tree.ts';

/** Stacks that share a path of callers so far: entries `from … to − 1`, to become one node. */
interface Group {
  readonly from: number;
  readonly to: number;
  readonly depth: number;
  readonly function: number;
  readonly total: number;
}

/**
 * The same stacks read from the leaf: children of the root are the functions that time is spent in, their children the
 * callers. A node's total is the self of the leaf that its path of callers leads to; `self` is what has no caller above
 * it. The root's total stays. Callers of nodes worth less than `least` are not told apart: all of them is then self.
 * Work is at most the sum of the depths of nodes with self.
 */
export function invertTree(tree: CallTree, least = 0): CallTree {
  const { functions, depth: depths, function: rows } = tree;
  const parent = parentsOf(depths);
  // One entry per node with self: where its walk towards the root has come to, and what it is worth.
  const at = Uint32Array.from([...tree.self.keys()].filter((node) => tree.self[node] !== 0));
  const worth = Float64Array.from(at, (node) => tree.self[node]!);
  const order = Uint32Array.from(at.keys());

  const out = {
    depth: [] as number[],
    function: [] as number[],
    inlined: [] as number[],
    self: [] as number[],
    total: [] as number[],
  };
  const pending: Group[] = [{ from: 0, to: order.length, depth: 0, function: rows[0] ?? 0, total: tree.total[0] ?? 0 }];
  for (let group = pending.pop(); group !== undefined; group = pending.pop()) {
    const node = out.depth.length;
    out.depth.push(group.depth);
    out.function.push(group.function);
    out.total.push(group.total);
    out.inlined.push(isInlined(group));
    if (group.depth > 0 && group.total < least) {
      out.self.push(group.total);
      continue;
    }
    out.self.push(0);
    let to = group.from;
    for (let i = group.from; i < group.to; i++) {
      const entry = order[i]!;
      // The root's children are the leaves themselves; below, every step goes to a caller.
      if (group.depth > 0) at[entry] = parent[at[entry]!]!;
      if (at[entry] === 0) out.self[node]! += worth[entry]!;
      else {
        order[i] = order[to]!;
        order[to++] = entry;
      }
    }
    pending.push(...split(group.from, to, group.depth + 1));
  }
  return {
    functions,
    depth: Uint16Array.from(out.depth),
    function: Uint32Array.from(out.function),
    inlined: Uint8Array.from(out.inlined),
    self: Float64Array.from(out.self),
    total: Float64Array.from(out.total),
  };

  function isInlined({ from, to, depth }: Group): number {
    if (depth === 0) return 0;
    for (let i = from; i < to; i++) if (tree.inlined[at[order[i]!]!] === 0) return 0;
    return 1;
  }

  /** Groups of one range by the function they have come to, smallest first, since the last one is taken up next. */
  function split(from: number, to: number, depth: number): Group[] {
    if (to - from > 1) order.subarray(from, to).sort((a, b) => rows[at[a]!]! - rows[at[b]!]!);
    const groups: Group[] = [];
    for (let i = from; i < to; ) {
      const row = rows[at[order[i]!]!]!;
      let total = 0;
      let end = i;
      for (; end < to && rows[at[order[end]!]!] === row; end++) total += worth[order[end]!]!;
      groups.push({ from: i, to: end, depth, function: row, total });
      i = end;
    }
    const name = (group: Group) => functions.name[group.function]!;
    return groups.length < 2
      ? groups
      : groups.sort((a, b) => a.total - b.total || (name(a) < name(b) ? 1 : name(a) > name(b) ? -1 : 0));
  }
}

function parentsOf(depth: Uint16Array): Int32Array {
  const parent = new Int32Array(depth.length);
  const path: number[] = [];
  for (let node = 0; node < depth.length; node++) {
    parent[node] = depth[node] === 0 ? -1 : path[depth[node]! - 1]!;
    path[depth[node]!] = node;
  }
  return parent;
}
