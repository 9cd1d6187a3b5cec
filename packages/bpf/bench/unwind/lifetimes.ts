// Samples of processes that live briefly.
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { DROP_REASONS } from '../../src/index.ts';
import { Stage } from '../corpus/stage.ts';
import { Watch, type WatchedSample } from '../corpus/watch.ts';
import { buildCpp } from '../workloads/compiled.ts';
import { print, type Target } from './figure.ts';
import { buildRusage } from './memory.ts';

const FREQUENCY_HZ = 99;
const LIFETIMES: readonly (readonly [seconds: number, target: Target])[] = [
  [0.5, { least: 99.5 }],
  [0.1, { least: 99.5 }],
  [0.03, { least: 98 }],
];
/** Of CPU for each lifetime. The number of samples of a process is chance; that of a thousand hardly. */
const CPU_SECONDS = 30;

/** Samples got of those due, which is CPU seconds × rate, and the whole ones among them. */
export async function printLifetimes(): Promise<void> {
  const stage = new Stage();
  const watch = await Watch.start(FREQUENCY_HZ);
  try {
    const [rusage, burn] = [buildRusage(stage), buildCpp(stage, 'burn', ['-O2'], 'burn')];
    // From here on it is a known program.
    stage.finish(burn, ['1']);
    for (const [seconds, target] of LIFETIMES) {
      const times = Math.round(CPU_SECONDS / seconds);
      const { samples, cpuSeconds, lost } = await sampleRuns(watch, stage, [
        rusage,
        String(times),
        burn,
        String(seconds),
      ]);
      const due = cpuSeconds * FREQUENCY_HZ;
      const got = total(samples);
      const whole = total(samples.filter(({ stack }) => stack?.outcome === 'COMPLETE'));
      const exiting = total(samples.filter(({ stack }) => stack === null));
      print(`samples_got_of_due_${seconds}s`, (got / due) * 100, '%', target, { due: Math.round(due), got, lost });
      print(`whole_stacks_${seconds}s`, (whole / (got - exiting)) * 100, '%', null, { exiting });
    }
  } finally {
    await watch.sampler.stop();
    await stage.close();
  }
}

async function sampleRuns(watch: Watch, stage: Stage, [command, ...args]: readonly string[]) {
  await watch.drain();
  const before = watch.totals!.dropped;
  const root = stage.run(command!, args, { errors: 'pipe' });
  watch.groups.addRoot(root.pid!, 'runs');
  let said = '';
  root.stderr!.on('data', (text) => {
    said += text;
  });
  const samples: WatchedSample[] = [];
  const ended = once(root, 'close').then(() => true);
  while (!(await Promise.race([ended, sleep(250, false)]))) samples.push(...(await watch.drain()));
  for (let turn = 0; turn < 3; turn++) samples.push(...(await watch.drain()));
  const after = watch.totals!.dropped;
  watch.groups.clear();
  const lost = Object.fromEntries(DROP_REASONS.map((reason) => [reason, Number(after[reason] - before[reason])]));
  return {
    samples: samples.filter(({ group }) => group === 'runs'),
    cpuSeconds: JSON.parse(said).cpuSeconds as number,
    lost,
  };
}

const total = (samples: readonly WatchedSample[]) => samples.reduce((sum, { count }) => sum + count, 0);
