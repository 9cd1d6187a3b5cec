// What a sample costs in the kernel.
import { existsSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Stage } from '../corpus/stage.ts';
import { Watch } from '../corpus/watch.ts';
import type { Workload } from '../corpus/workload.ts';
import { buildCpp, COMPILED } from '../workloads/compiled.ts';
import { LARGE } from '../workloads/large.ts';
import { SERVERS } from '../workloads/servers.ts';
import { print } from './figure.ts';

const WARM_UP_MS = 4_000;
const MIX_MS = 8_000;
/** One of each kind. */
const MIX = ['postgres', 'redis', 'nginx', 'openssl', 'cpp-sort', 'rust', 'go', 'compilers', 'node', 'libchdb'];

/** At 99 Hz the caches have forgotten the last sample when the next one comes. */
export async function printCostInMix(): Promise<void> {
  const watch = await Watch.start(99);
  const sum = { runtimeNs: 0, kept: 0 };
  for (const workload of [...SERVERS, ...COMPILED, ...LARGE].filter(({ name }) => MIX.includes(name))) {
    const { runtimeNs, kept } = await costOf(watch, workload);
    print(`bpf_per_sample_${workload.name}`, runtimeNs / kept, 'ns', null, { samples: kept });
    sum.runtimeNs += runtimeNs;
    sum.kept += kept;
  }
  await watch.sampler.stop();
  print('bpf_per_sample_mix', sum.runtimeNs / sum.kept, 'ns', { most: 15_000 }, { samples: sum.kept });
}

async function costOf(watch: Watch, workload: Workload) {
  const stage = new Stage();
  try {
    await workload.start(stage);
    await sleep(WARM_UP_MS);
    return await costDuring(watch, MIX_MS);
  } finally {
    await stage.close();
  }
}

async function costDuring(watch: Watch, milliseconds: number) {
  const before = await watch.costs();
  await sleep(milliseconds);
  const after = await watch.costs();
  return { runtimeNs: after.runtimeNs - before.runtimeNs, kept: after.kept - before.kept };
}

const DEPTHS = [10, 25, 50, 100, 200, 400];
const HOT_MS = 5_000;

/** At 999 Hz with a thread on every core that does nothing else: ns = a + b · frames, by least squares. */
export async function printHotCost(): Promise<void> {
  const stage = new Stage();
  const watch = await Watch.start(999);
  try {
    const program = buildCpp(stage, 'recursion', ['-O2'], 'recursion');
    const points: { frames: number; ns: number }[] = [];
    for (const depth of DEPTHS) points.push(await hotPoint(watch, stage, program, depth));
    const { intercept, slope } = fit(points);
    print('bpf_hot_per_sample', intercept, 'ns', { most: 3_000 });
    print('bpf_hot_per_frame', slope, 'ns', { most: 200 });
  } finally {
    await watch.sampler.stop();
    await stage.close();
  }
}

async function hotPoint(watch: Watch, stage: Stage, program: string, depth: number) {
  const hot = [0, 1].map(() => stage.run(program, [String(depth)]));
  for (const { pid } of hot) {
    watch.groups.addRoot(pid!, 'hot');
    // Ahead of whatever else runs, so that nearly all samples are theirs. A session of its own has a niceness of its own.
    if (existsSync(`/proc/${pid}/autogroup`)) writeFileSync(`/proc/${pid}/autogroup`, '-19');
    setPriority(pid!, -19);
  }
  await sleep(1_000);
  await watch.drain();
  await watch.drain();
  const { runtimeNs, kept } = await costDuring(watch, HOT_MS);
  const samples = (await watch.drain()).concat(await watch.drain());
  for (const child of hot) child.kill('SIGKILL');
  const frames = samples.map(({ stack, count }) => [stack?.addresses.length ?? 0, count] as const);
  const counted = frames.reduce((sum, [, count]) => sum + count, 0);
  const own = samples.reduce((sum, { group, count }) => sum + (group === 'hot' ? count : 0), 0);
  const point = {
    frames: frames.reduce((sum, [length, count]) => sum + length * count, 0) / counted,
    ns: runtimeNs / kept,
  };
  const note = { frames: Number(point.frames.toFixed(1)), samples: kept, ownShare: Number((own / counted).toFixed(3)) };
  print(`bpf_hot_depth_${depth}`, point.ns, 'ns', null, note);
  return point;
}

/** Least squares. */
export function fit(points: readonly { frames: number; ns: number }[]): { intercept: number; slope: number } {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map(({ frames }) => frames)), mean(points.map(({ ns }) => ns))];
  const covariance = mean(points.map(({ frames, ns }) => (frames - x) * (ns - y)));
  const slope = covariance / mean(points.map(({ frames }) => (frames - x) ** 2));
  return { intercept: y - slope * x, slope };
}
