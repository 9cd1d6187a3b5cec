import { type Batch, type Frame, type FrameNames, type StackTrie, type UnixMs, uninlinedNames } from '@strata/profile';

/** A seeded trie of `stacks` leaves, mean depth about 32 and 3 nodes of its own each, over 20,000 functions; each stack leaves the last one somewhere. */
export function stackSet(stacks: number): { trie: StackTrie; leaves: Uint32Array } {
  const random = seeded(7);
  const frames = Array.from(
    { length: 20_000 },
    (_, index): Frame => ({
      kind: 'symbolized',
      function: `shop::module${index % 97}::f${index}`,
      file: `f${index % 700}.cc`,
      line: 0,
    }),
  );
  const parent: number[] = [];
  const frame: number[] = [];
  const leaves = new Uint32Array(stacks);
  const path: number[] = [];
  let depth = 32;
  for (let stack = 0; stack < stacks; stack++) {
    depth = Math.min(44, Math.max(20, depth + Math.floor(random() * 5) - 2));
    path.length = Math.min(path.length, depth - 1 - Math.floor(random() ** 3 * 8));
    while (path.length < depth) {
      frame.push(path.length === 0 ? 0 : Math.floor(random() ** 2 * frames.length));
      path.push(parent.push(path.at(-1) ?? -1) - 1);
    }
    leaves[stack] = path.at(-1)!;
  }
  return { trie: { frames, parent: Int32Array.from(parent), frame: Uint32Array.from(frame) }, leaves };
}

/** One sample of each leaf, so that every stack is stored once. */
export function batchOf(trie: StackTrie, leaves: Uint32Array, fromMs: number, sources: number): Batch {
  const rows = leaves.length;
  return {
    from: fromMs as UnixMs,
    to: (fromMs + 10_000) as UnixMs,
    profileTypes: [{ name: 'cpu', unit: 'nanoseconds' }],
    workloads: [{ service: 'shop', version: '1', environment: '', namespace: '', cluster: '', labels: {} }],
    sources: Array.from({ length: sources }, (_, index) => ({
      host: `host-${index}`,
      pod: `shop-${index}`,
      container: 'shop',
      process: 'shop',
      thread: 'worker',
      labels: {},
    })),
    stacks: trie,
    samples: {
      profileType: new Uint8Array(rows),
      workload: new Uint32Array(rows),
      source: Uint32Array.from({ length: rows }, (_, row) => row % sources),
      node: leaves,
      value: new Float64Array(rows).fill(10_101_010),
      count: new Uint32Array(rows).fill(1),
    },
  };
}

/** The simplest table of functions: one per frame, as the frames came with their names. */
export function namesOf(frames: readonly Frame[]): FrameNames {
  const functions = {
    name: frames.map((frame) => (frame.kind === 'native' ? frame.mapping.file : frame.function)),
    file: frames.map((frame) => (frame.kind === 'native' ? '' : frame.file)),
    binary: frames.map(() => ''),
    kind: new Uint8Array(frames.length),
    line: new Uint32Array(frames.length),
  };
  return uninlinedNames(
    functions,
    Uint32Array.from(frames, (_, row) => row),
  );
}

export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
