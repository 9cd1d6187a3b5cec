import type { StackProfile, StackTrie, UnixMs } from './model.ts';
import { TrieBuilder } from './trie-builder.ts';

/** Several tries as one, and for each the node its nodes became. */
export function mergeTries(tries: readonly StackTrie[]): { trie: StackTrie; nodeOf: readonly Uint32Array[] } {
  const builder = new TrieBuilder();
  const nodeOf = tries.map((trie) => {
    const frameOf = Uint32Array.from(trie.frames, (frame) => builder.internFrame(frame));
    const nodes = new Uint32Array(trie.parent.length);
    for (let i = 0; i < nodes.length; i++) {
      const above = trie.parent[i]!;
      nodes[i] = builder.child(above < 0 ? -1 : nodes[above]!, frameOf[trie.frame[i]!]!);
    }
    return nodes;
  });
  return { trie: builder.build(), nodeOf };
}

/** A column over one of the merged tries, as a column over the whole. */
export function spread(column: Float64Array, nodeOf: Uint32Array, size: number): Float64Array {
  const wide = new Float64Array(size);
  for (let i = 0; i < column.length; i++) wide[nodeOf[i]!]! += column[i]!;
  return wide;
}

/** The sum of profiles of one type; it spans from the first start to the last end. At least one profile is needed. */
export function mergeProfiles(profiles: readonly [StackProfile, ...StackProfile[]]): StackProfile {
  const { trie, nodeOf } = mergeTries(profiles.map(({ stacks }) => stacks));
  const sum = (columns: readonly Float64Array[]) => {
    const whole = new Float64Array(trie.parent.length);
    for (const [k, column] of columns.entries())
      for (let i = 0; i < column.length; i++) whole[nodeOf[k]![i]!]! += column[i]!;
    return whole;
  };
  return {
    profileType: profiles[0].profileType,
    from: Math.min(...profiles.map(({ from }) => from)) as UnixMs,
    to: Math.max(...profiles.map(({ to }) => to)) as UnixMs,
    stacks: trie,
    value: sum(profiles.map(({ value }) => value)),
    count: sum(profiles.map(({ count }) => count)),
  };
}
