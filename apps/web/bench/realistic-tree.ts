import type { CallTree, FunctionKind } from '@strata/profile';
import { FUNCTION_KINDS } from '@strata/profile';

const SPACES: readonly (readonly [FunctionKind, readonly string[]])[] = [
  ['application', ['feed::Scorer', 'feed::Cache', 'feed::Embedding', 'feed::Tokenizer', 'feed::Rules', 'feed::Model']],
  ['library', ['rocksdb::DBImpl', 'zstd', 'protobuf::Message', 'absl::flat_hash_map', 'grpc::Server', 're2::RE2']],
  ['runtime', ['std::vector', 'std::string', 'malloc', 'operator new', '__gnu_cxx']],
  ['kernel', ['do_syscall_64', 'tcp_sendmsg', 'vfs_read', 'schedule', 'page_fault']],
];
const VERBS = [
  'run',
  'dot',
  'load',
  'lookup',
  'split',
  'apply',
  'rank',
  'gather',
  'filter',
  'merge',
  'parse',
  'seek',
  'find',
];

/** mulberry32: the same tree for the same seed. https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A tree of about `size` nodes that falls apart as real ones do: few wide frames, a long tail, 10 to 60 deep. */
export function realisticTree(size: number, seed = 1): CallTree {
  const next = random(seed);
  const name = ['all'];
  const kind = [0];
  const binary = [''];
  for (const [of, spaces] of SPACES)
    for (const space of spaces)
      for (const verb of VERBS)
        for (let variant = 0; variant < Math.max(1, Math.round(size / 20_000)); variant++) {
          const suffix = variant === 0 ? '' : `_${variant}`;
          name.push(
            of === 'kernel' ? `${space}_${verb}${suffix}` : `${space}::${verb}${suffix}(Span<const Id>, Table*)`,
          );
          kind.push(FUNCTION_KINDS.indexOf(of));
          binary.push(of === 'kernel' ? 'vmlinux' : of === 'application' ? 'feed-rank' : `${space.split(':')[0]}.so`);
        }
  const perKind = (name.length - 1) / SPACES.reduce((sum, [, spaces]) => sum + spaces.length, 0);
  const firstOf = (i: number) => 1 + perKind * SPACES.slice(0, i).reduce((sum, [, spaces]) => sum + spaces.length, 0);

  interface Node {
    readonly row: number;
    readonly level: number;
    readonly depth: number;
    total: number;
    self: number;
    children: Node[];
  }
  const root: Node = { row: 0, level: 0, depth: 0, total: 38.4e9 * 3600, self: 0, children: [] };
  const frontier = [root];
  let count = 1;
  while (count < size && frontier.length > 0) {
    const at = Math.floor(next() * frontier.length);
    const node = frontier[at]!;
    frontier[at] = frontier[frontier.length - 1]!;
    frontier.pop();
    const wanted = Math.min(size - count, node.depth > 100 ? 0 : next() < 0.45 ? 1 : 2 + Math.floor(next() ** 2 * 9));
    const weights = Array.from({ length: wanted }, () => next() ** 2.5 + 0.01);
    const sum = weights.reduce((a, b) => a + b, 0);
    const passedOn = node.total * (node.depth < 4 ? 0.995 : 0.85 + next() * 0.14);
    node.self = node.total;
    const used = new Set<number>();
    for (const weight of weights.sort((a, b) => b - a)) {
      const total = Math.floor((passedOn * weight) / sum);
      if (total === 0) break;
      const level = Math.min(SPACES.length - 1, node.level + (next() < 0.1 ? 1 : 0));
      const functions = SPACES[level]![1].length * perKind;
      let row = firstOf(level) + Math.floor(next() * functions);
      while (used.has(row)) row = firstOf(level) + Math.floor(next() * functions);
      used.add(row);
      const child: Node = { row, level, depth: node.depth + 1, total, self: total, children: [] };
      node.children.push(child);
      node.self -= total;
      frontier.push(child);
      count++;
    }
  }
  const nodes: Node[] = [];
  const pending = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    nodes.push(node);
    pending.push(...node.children.toReversed());
  }
  return {
    functions: {
      name,
      file: name.map(() => ''),
      binary,
      kind: Uint8Array.from(kind),
      line: new Uint32Array(name.length),
    },
    depth: Uint16Array.from(nodes, (node) => node.depth),
    function: Uint32Array.from(nodes, (node) => node.row),
    inlined: new Uint8Array(nodes.length),
    self: Float64Array.from(nodes, (node) => node.self),
    total: Float64Array.from(nodes, (node) => node.total),
  };
}
