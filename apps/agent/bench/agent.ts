// What the agent costs at 99 Hz with every core busy: `npm run bench:agent [seconds]`. One JSON line per figure.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildWorkload, isOnPath, workloads } from '../../../demo/workloads.ts';
import { print, ROOT, startAgent, statusMiB } from './measured-agent.ts';
import { Sink } from './sink.ts';

const SECONDS = Number(process.argv[2] ?? 90);
const WARM_UP_SECONDS = 25;
const PORT = 17_445;
const STATS = '/proc/sys/kernel/bpf_stats_enabled';
const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

const folder = mkdtempSync(join(tmpdir(), 'strata-bench-agent-'));
const children: ChildProcess[] = [];

function run(command: string, args: readonly string[], environment: Record<string, string> = {}): ChildProcess {
  const child = spawn(command, args, {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...environment },
  });
  children.push(child);
  return child;
}

/** Seconds of CPU a process has used, by its own account in /proc. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Every program of the demo with a whole core's worth of work each, and a shell that starts processes all the time. */
function loadAllCores(): void {
  for (const workload of workloads(join(ROOT, 'demo'), folder)) {
    if (!isOnPath(workload.needs)) continue;
    buildWorkload(workload);
    const [program, ...parameters] = workload.run;
    run(program!, parameters, { DEMO_DUTY: '1' });
  }
  run('bash', ['-c', 'while :; do /bin/true; /bin/ls / > /dev/null; sleep 0.02; done']);
}

const statsBefore = readFileSync(STATS, 'utf8');
const sink = new Sink();
try {
  writeFileSync(STATS, '1');
  await sink.listen(PORT + 1);
  loadAllCores();
  const start = () => {
    const agent = startAgent(folder, PORT, PORT + 1);
    children.push(agent);
    return agent;
  };
  // What is measured is every start but the first, which also fills the cache of compiled code.
  const first = start();
  while (Object.keys(sink.counters).length === 0) await sleep(200);
  first.kill('SIGTERM');
  await once(first, 'exit');
  const pid = start().pid!;
  await sleep(WARM_UP_SECONDS * 1000);
  const before = { cpu: cpuSeconds(pid), at: performance.now(), counters: sink.counters };
  let rssMost = 0;
  for (let second = 0; second < SECONDS; second++) {
    await sleep(1000);
    rssMost = Math.max(rssMost, statusMiB(pid, 'VmRSS'));
  }
  const after = { cpu: cpuSeconds(pid), at: performance.now(), counters: sink.counters };
  const seconds = (after.at - before.at) / 1000;
  const counted = (name: string) => (after.counters[name] ?? Number.NaN) - (before.counters[name] ?? Number.NaN);
  print('agent_cpu_of_one_core', ((after.cpu - before.cpu) / seconds) * 100, '%');
  print('agent_rss_most', rssMost, 'MiB');
  print('agent_rss_peak_since_start', statusMiB(pid, 'VmHWM'), 'MiB');
  print('agent_bpf_per_sample', counted('bpf.runtime_ns') / counted('events'), 'ns');
  print('agent_samples_per_second', counted('kept') / seconds, '1/s');
  print('agent_samples_expected_per_second', cpus().length * 99, '1/s');
  print('agent_batch_bytes', sink.bytes / sink.batches, 'B');
} finally {
  for (const child of children) child.kill('SIGKILL');
  await sink.close();
  writeFileSync(STATS, statsBefore);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
