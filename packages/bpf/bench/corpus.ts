// How many stacks of real programs are whole: `npm run corpus:unwind -- [workload …]`. One JSON line per group of processes.
//   --samples N       of each group (4,000)
//   --seconds N       for each workload at most (300)
//   --peer-seconds N  of `perf record --call-graph dwarf` on each group (8); 0: none. PERF names another perf than that on PATH.
//   --keep FILE       output of an earlier run: what is in it is not measured again
//   --write           writes the table into docs/completeness.md
//   --list            prints the names of the workloads
// It needs root. Workloads whose programs are missing say so; `apt-get install` brings all of them but Go and Rust.
import { execFileSync } from 'node:child_process';
import { accessSync, constants, rmSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Limits, type Measured, measure } from './corpus/measure.ts';
import { whyNoPeer } from './corpus/perf-peer.ts';
import { writeReport } from './corpus/report.ts';
import { type ResultLine, readResults } from './corpus/result-line.ts';
import { Stage } from './corpus/stage.ts';
import { SymbolNames } from './corpus/symbol-names.ts';
import { Watch } from './corpus/watch.ts';
import type { Workload } from './corpus/workload.ts';
import { COMPILED } from './workloads/compiled.ts';
import { LARGE } from './workloads/large.ts';
import { SERVERS } from './workloads/servers.ts';

const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
  cwd: import.meta.dirname,
  encoding: 'utf8',
}).trim();
const FREQUENCY_HZ = 99;
const SETTLE_MS = 5_000;
const WORKLOADS: readonly Workload[] = [...SERVERS, ...COMPILED, ...LARGE];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    samples: { type: 'string', default: '4000' },
    seconds: { type: 'string', default: '300' },
    'peer-seconds': { type: 'string', default: '8' },
    keep: { type: 'string', default: '' },
    write: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
});

const isRunnable = (program: string) =>
  (isAbsolute(program) ? [program] : process.env.PATH!.split(delimiter).map((folder) => join(folder, program))).some(
    (path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    },
  );

const say = (line: object) => console.log(JSON.stringify(line));

function sayMeasured(
  { name: workload }: Workload,
  { group, verdict, peer }: Measured,
  nsPerSample: number,
): ResultLine {
  const { causes, ...figures } = verdict;
  const line: ResultLine = {
    ...{ corpus: 'unwind', workload, group: group.name, commit, target: group.target },
    ...{ ...figures, nsPerSample, peer },
  };
  say(line);
  for (const cause of causes) say({ corpus: 'unwind', workload, group: group.name, cause });
  return line;
}

async function runOne(
  watch: Watch,
  workload: Workload,
  names: SymbolNames,
  limits: Limits,
): Promise<readonly ResultLine[]> {
  const stage = new Stage();
  closing = stage;
  try {
    const groups = await workload.start(stage);
    const before = await watch.costs();
    const measured = await measure(watch, groups, stage, names, limits);
    const after = await watch.costs();
    const nsPerSample = Math.round((after.runtimeNs - before.runtimeNs) / (after.kept - before.kept));
    return measured.map((one) => sayMeasured(workload, one, nsPerSample));
  } finally {
    await stage.close();
    closing = null;
  }
}

async function run(): Promise<void> {
  const unknown = positionals.filter((name) => !WORKLOADS.some((workload) => workload.name === name));
  if (unknown.length > 0) throw new Error(`There is no workload named ${unknown.join(', ')}: see --list.`);
  const [samples, seconds] = [Number(values.samples), Number(values.seconds)];
  const withoutPeer = whyNoPeer();
  if (withoutPeer) say({ corpus: 'unwind', peer: withoutPeer });
  const limits = { samples, seconds, peerSeconds: withoutPeer ? 0 : Number(values['peer-seconds']) };
  const folder = new Stage();
  const names = new SymbolNames(folder.path('symbols'));
  const watch = await Watch.start(FREQUENCY_HZ);
  // As an agent that has been running: the tables of what the machine runs anyway are there.
  await sleep(SETTLE_MS);
  const results = [...readResults(values.keep)];
  const isKept = ({ name }: Workload) => results.some(({ workload }) => workload === name);
  try {
    for (const workload of WORKLOADS) {
      if (isKept(workload)) continue;
      if (positionals.length > 0 && !positionals.includes(workload.name)) continue;
      const missing = workload.needs.filter((program) => !isRunnable(program));
      if (missing.length > 0)
        say({ corpus: 'unwind', workload: workload.name, skipped: `not installed: ${missing.join(', ')}` });
      else results.push(...(await runOne(watch, workload, names, limits)));
    }
  } finally {
    await watch.sampler.stop();
    rmSync(folder.folder, { recursive: true, force: true });
  }
  const order = WORKLOADS.map(({ name }) => name);
  results.sort((a, b) => order.indexOf(a.workload) - order.indexOf(b.workload));
  if (values.write) writeReport(results);
}

let closing: Stage | null = null;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    console.error(`Stopped by ${signal}.`);
    void Promise.resolve(closing?.close()).finally(() => process.exit(1));
  });
}

if (values.list) for (const { name } of WORKLOADS) console.log(name);
else await run();
