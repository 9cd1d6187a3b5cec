import {
  buildCallTree,
  buildDiffTree,
  type CallTree,
  type DiffTree,
  type FrameNames,
  mergeTries,
  type StackProfile,
  spread,
  TrieBuilder,
  type UnixMs,
} from '../src/index.ts';

/**
 * A profile written as text, one stack a line, root first: `a;b;c 3`. Values are counts; each counts as 10 of the type's unit.
 */
export function profileOf(text: string): StackProfile {
  const builder = new TrieBuilder();
  const sums = new Map<number, number>();
  for (const line of text.trim().split('\n')) {
    const [path, count] = line.trim().split(' ') as [string, string];
    const node = builder.addStack(
      path
        .split(';')
        .map((name) => builder.internFrame({ kind: 'symbolized', function: name, file: `${name}.c`, line: 0 })),
    );
    sums.set(node, (sums.get(node) ?? 0) + Number(count));
  }
  const stacks = builder.build();
  const count = Float64Array.from({ length: stacks.parent.length }, (_, node) => sums.get(node) ?? 0);
  return {
    profileType: { name: 'cpu', unit: 'nanoseconds' },
    from: 1_700_000_000_000 as UnixMs,
    to: 1_700_000_010_000 as UnixMs,
    stacks,
    value: count.map((value) => value * 10),
    count,
  };
}

/**
 * Names of symbolized frames, a row a name. A name with `>` in it is a chain of inlined calls, outermost first: `sum>add`.
 */
export function namesOf(profile: StackProfile): FrameNames {
  const chains = profile.stacks.frames.map((frame) => (frame.kind === 'native' ? 'native' : frame.function).split('>'));
  const unique = [...new Set(chains.flat())];
  const start = new Uint32Array(chains.length + 1);
  for (const [row, chain] of chains.entries()) start[row + 1] = start[row]! + chain.length;
  return {
    functions: {
      name: unique,
      file: unique.map((name) => `${name}.c`),
      binary: unique.map(() => ''),
      kind: new Uint8Array(unique.length),
      line: new Uint32Array(unique.length),
    },
    start,
    function: Uint32Array.from(chains.flat(), (name) => unique.indexOf(name)),
    line: new Uint32Array(chains.flat().length),
    foldsRepeats: false,
  };
}

export function callTreeOf(profile: StackProfile): CallTree {
  return buildCallTree(profile.stacks, profile.value, namesOf(profile));
}

export function diffTreeOf(a: StackProfile, b: StackProfile): DiffTree {
  const { trie, nodeOf } = mergeTries([a.stacks, b.stacks]);
  const wide = (profile: StackProfile, side: 0 | 1) => spread(profile.value, nodeOf[side]!, trie.parent.length);
  return buildDiffTree(trie, wide(a, 0), wide(b, 1), namesOf({ ...a, stacks: trie }));
}

/** A call tree as indented text: `name total (self)`, with a `*` before inlined calls. */
export function treeText(tree: CallTree): string {
  return Array.from(tree.depth, (depth, node) => {
    const name = depth === 0 ? 'all' : tree.functions.name[tree.function[node]!];
    const mark = tree.inlined[node] === 1 ? '*' : '';
    return `${'  '.repeat(depth)}${mark}${name} ${tree.total[node]} (${tree.self[node]})`;
  }).join('\n');
}
