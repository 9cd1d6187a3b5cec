// How long a program runs before its stacks are whole.
import { copyFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Drain, type SampledStack, type Sampler, startSampler } from '../../src/index.ts';
import { PROGRAMS, Stage } from '../corpus/stage.ts';
import { buildCpp } from '../workloads/compiled.ts';
import { print } from './figure.ts';

const DRAIN_MS = 10;
const SECONDS_MOST = 60;
const RUNS = 5;
/** Functions of the large program, about 260 bytes each with what belongs to them. */
const FUNCTIONS = 40_000;

interface First {
  /** From the process's exec to the drain with its first whole stack. */
  readonly sinceExecMs: number;
  /** From the drain with its first sample that counts. */
  readonly sinceSampledMs: number;
  /** Samples that were not whole before that. */
  readonly cutOff: number;
}

export async function printFirstStacks(): Promise<void> {
  const stage = new Stage();
  try {
    await printKnown(stage);
    await printNewBinary(stage);
    await printLibchdb(stage);
  } finally {
    await stage.close();
  }
}

/** A program whose files all have their tables. */
async function printKnown(stage: Stage): Promise<void> {
  const burn = buildCpp(stage, 'burn', ['-O2'], 'burn');
  const sampler = await startSampler({ frequencyHz: 99 });
  await firstWhole(sampler, stage, [burn, '30']);
  const firsts: First[] = [];
  for (let run = 0; run < RUNS; run++) firsts.push(await firstWhole(sampler, stage, [burn, '30']));
  await sampler.stop();
  print('first_stack_known_cut_off_before', mean(firsts, 'cutOff'), 'samples', { most: 0 });
  print('first_stack_known', mean(firsts, 'sinceExecMs'), 'ms');
}

async function printNewBinary(stage: Stage): Promise<void> {
  const source = stage.write('large.c', largeC(FUNCTIONS));
  stage.finish('gcc', ['-O0', '-fomit-frame-pointer', source, '-o', 'large']);
  const megabytes = Number(stage.finish('stat', ['-c', '%s', 'large'])) / 1e6;
  const sampler = await startSampler({ frequencyHz: 99 });
  const firsts: First[] = [];
  for (let run = 0; run < RUNS; run++) {
    // Another file, even if it is the same to the byte.
    copyFileSync(stage.path('large'), stage.path(`large-${run}`));
    stage.finish('chmod', ['755', `large-${run}`]);
    firsts.push(await firstWhole(sampler, stage, [stage.path(`large-${run}`)]));
  }
  await sampler.stop();
  const note = { megabytes: Number(megabytes.toFixed(1)), cutOff: mean(firsts, 'cutOff') };
  print('first_stack_new_binary', mean(firsts, 'sinceExecMs'), 'ms', { most: 300 }, note);
  print('first_stack_new_binary_since_sampled', mean(firsts, 'sinceSampledMs'), 'ms');
}

/** Most of the time since exec is Node's and the engine's own start; samples in libchdb are what counts. */
async function printLibchdb(stage: Stage): Promise<void> {
  const sampler = await startSampler({ frequencyHz: 99 });
  const first = await firstWhole(sampler, stage, [process.execPath, `${PROGRAMS}/queries.js`], '/libchdb.so');
  await sampler.stop();
  print('first_stack_libchdb_since_sampled', first.sinceSampledMs, 'ms', { most: 1_500 }, { cutOff: first.cutOff });
}

async function firstWhole(
  sampler: Sampler,
  stage: Stage,
  [command, ...args]: readonly string[],
  file = '',
): Promise<First> {
  await sampler.drain();
  const child = stage.run(command!, args);
  const code: { start: bigint; end: bigint }[] = [];
  const seen = new Map<bigint, SampledStack>();
  const isIn = ({ addresses }: SampledStack) =>
    file === '' || addresses.some((address) => code.some(({ start, end }) => address >= start && address < end));
  let [execNs, sampledNs, cutOff] = [0n, 0n, 0];
  try {
    for (let turn = 0; turn < (SECONDS_MOST * 1000) / DRAIN_MS; turn++) {
      await sleep(DRAIN_MS);
      const drain = await sampler.drain();
      for (const stack of drain.stacks) seen.set(stack.id, { ...stack, addresses: stack.addresses.slice() });
      for (const event of drain.events.filter(({ pid }) => pid === child.pid)) {
        if (event.kind === 'exec') execNs = event.timeNs;
        if (event.kind === 'mmap' && event.file.endsWith(file)) code.push(event);
      }
      const own = stacksOf(drain, child.pid!, seen).filter(isIn);
      if (own.length > 0 && sampledNs === 0n) sampledNs = drain.toNs;
      if (own.some(({ outcome }) => outcome === 'COMPLETE')) {
        const since = (ns: bigint) => Number(drain.toNs - ns) / 1e6;
        return { sinceExecMs: since(execNs), sinceSampledMs: since(sampledNs), cutOff };
      }
      cutOff += own.length;
    }
  } finally {
    child.kill('SIGKILL');
  }
  throw new Error(`${command} had no whole stack in ${SECONDS_MOST} s.`);
}

/** Each as often as it was counted. */
const stacksOf = ({ counts }: Drain, pid: number, seen: ReadonlyMap<bigint, SampledStack>) =>
  [...counts.pid.keys()]
    .filter((row) => counts.pid[row] === pid && seen.has(counts.userStack[row]!))
    .flatMap((row) => Array<SampledStack>(counts.count[row]!).fill(seen.get(counts.userStack[row]!)!));

const mean = (firsts: readonly First[], key: keyof First) =>
  firsts.reduce((sum, first) => sum + first[key], 0) / firsts.length;

function largeC(functions: number): string {
  const one = (i: number) =>
    `__attribute__((noinline)) static long f${i}(long x, long y) { volatile long kept[${(i % 9) + 2}]; ` +
    `for (int i = 0; i < 40; i++) { kept[i % 2] = x * ${i} + y; x ^= kept[i % 2] >> 3; y += x << ${i % 13}; } return x + y; }\n`;
  const names = Array.from({ length: functions }, (_, i) => `f${i}`);
  return [
    ...Array.from({ length: functions }, (_, i) => one(i)),
    `static long (*const all[])(long, long) = {${names.join(',')}};\n`,
    `int main(void) { long x = 7; for (unsigned long i = 0; ; i++) x ^= all[i * 7919 % ${functions}](x, i); }\n`,
  ].join('');
}
