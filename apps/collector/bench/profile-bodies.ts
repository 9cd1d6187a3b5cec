import { gzipSync } from 'node:zlib';
import {
  encodePprof,
  type FunctionTable,
  type NamedFrame,
  TrieBuilder,
  type UnixMs,
  uninlinedNames,
} from '@strata/profile';

const SAMPLES = 200;
const STACKS = 2_000;
const FUNCTIONS = 3_000;
const PROFILES = 64;

/**
 * Profiles of 200 stacks each, out of 2,000 that a service has, as gzip'd pprof files without end; no two are the same,
 * since each starts a millisecond after the last.
 */
export function* profileBodies(): Generator<Buffer, never> {
  const random = seeded(11);
  const frames = Array.from(
    { length: FUNCTIONS },
    (_, i): NamedFrame => ({
      kind: 'symbolized',
      function: `shop::module${i % 97}::step${i}`,
      file: `src/module${i % 97}.cc`,
      line: 10 + (i % 400),
    }),
  );
  const line = Uint32Array.from(frames, (frame) => frame.line);
  const functions: FunctionTable = {
    name: frames.map(({ function: name }) => name),
    file: frames.map(({ file }) => file),
    binary: frames.map(() => 'shop'),
    kind: new Uint8Array(FUNCTIONS),
    line,
  };
  const names = uninlinedNames(
    functions,
    Uint32Array.from(frames, (_, row) => row),
    line,
  );
  const paths: number[][] = [[0]];
  while (paths.length < STACKS) {
    const before = paths[Math.floor(random() * paths.length)]!;
    const kept = before.slice(0, Math.max(1, before.length - Math.floor(random() * 10)));
    while (kept.length < 20 + random() * 20) kept.push(Math.floor(random() ** 2 * FUNCTIONS));
    paths.push(kept);
  }
  const profiles = Array.from({ length: PROFILES }, () => {
    const builder = new TrieBuilder();
    for (const frame of frames) builder.internFrame(frame);
    const leaves = new Set<number>();
    while (leaves.size < SAMPLES) leaves.add(builder.addStack(paths[Math.floor(random() ** 2 * STACKS)]!));
    const stacks = builder.build();
    const count = new Float64Array(stacks.parent.length);
    for (const leaf of leaves) count[leaf] = 1 + Math.floor(random() ** 4 * 50);
    return { stacks, count, value: count.map((samples) => samples * 10_000_000) };
  });
  const start = Date.now() - 3_600_000;
  for (let i = 0; ; i++) {
    const from = (start + i) as UnixMs;
    const profileType = { name: 'cpu', unit: 'nanoseconds' };
    const profile = { profileType, from, to: (from + 10_000) as UnixMs, ...profiles[i % PROFILES]! };
    yield gzipSync(encodePprof(profile, names), { level: 1 });
  }
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
