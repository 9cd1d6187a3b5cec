// How often a name is still known: the agent records what every program of the demo and a shell do, and their samples are looked
// up one after the other, from the first again, until there were SAMPLES: part of `npm run bench:symbols`. One JSON line per figure.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Batch, type BuildId, decodeBatch, type LookupAddress } from '@strata/profile';
import { readSettings } from '@strata/settings';
import { buildIndex, openIndexStore, SymbolizerError } from '@strata/symbolizer';
import { buildWorkload, isOnPath, workloads } from '../../../demo/workloads.ts';
import { programsFor } from '../../launcher/src/programs.ts';
import { Sink } from './sink.ts';

const SAMPLES = 10_000_000;
const RECORD_SECONDS = 90;
/** Samples looked up together, as those of a view are. */
const TOGETHER = 1_000;
const HZ = 999;
const PORT = 17_447;
const ROOT = join(import.meta.dirname, '..', '..', '..');

/** Native frames of one stack, and how many samples it had in a row. */
interface Recorded {
  readonly lookups: readonly { readonly buildId: BuildId; readonly address: LookupAddress }[];
  readonly count: number;
}

const folder = mkdtempSync(join(tmpdir(), 'strata-bench-replay-'));
const children: ChildProcess[] = [];
const sink = new Sink();

function run(command: string, args: readonly string[], environment: Record<string, string> = {}): void {
  const env = { ...process.env, ...environment };
  children.push(spawn(command, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'], env }));
}

async function record(): Promise<readonly Batch[]> {
  const batches: Batch[] = [];
  sink.onBatch = (batch) => batches.push(decodeBatch(batch));
  await sink.listen(PORT + 1);
  for (const workload of workloads(join(ROOT, 'demo'), folder)) {
    if (!isOnPath(workload.needs)) continue;
    buildWorkload(workload);
    run(workload.run[0]!, workload.run.slice(1));
  }
  run('bash', ['-c', 'while :; do /bin/ls / > /dev/null; sleep 0.02; done']);
  const environment = {
    STRATA_DATA: folder,
    STRATA_AGENT_PORT: String(PORT),
    STRATA_COLLECTOR_URL: `http://127.0.0.1:${PORT + 1}`,
    STRATA_SAMPLE_HZ: String(HZ),
    STRATA_LOG_LEVEL: 'warn',
  };
  const agent = programsFor(readSettings(environment)).find(({ name }) => name === 'agent')!;
  run(process.execPath, [...agent.nodeFlags, join(ROOT, agent.entry)], { ...environment, ...agent.environment });
  await sleep(RECORD_SECONDS * 1000);
  return batches;
}

function recordedIn({ stacks, samples }: Batch): Recorded[] {
  return Array.from(samples.node, (leaf, row) => {
    const lookups: { buildId: BuildId; address: LookupAddress }[] = [];
    for (let node = leaf; node >= 0; node = stacks.parent[node]!) {
      const frame = stacks.frames[stacks.frame[node]!]!;
      if (frame.kind === 'native') lookups.push({ buildId: frame.mapping.buildId, address: frame.address });
    }
    return { lookups, count: samples.count[row]! };
  });
}

/** Indexes of every file that was recorded and has names. */
async function buildIndexes(batches: readonly Batch[]) {
  const store = openIndexStore(join(folder, 'indexes'));
  const files = new Map<BuildId, string>();
  for (const { stacks } of batches)
    for (const frame of stacks.frames)
      if (frame.kind === 'native') files.set(frame.mapping.buildId, frame.mapping.file);
  for (const [buildId, file] of files) {
    try {
      await store.put(buildId, await buildIndex(file));
    } catch (error) {
      if (!(error instanceof SymbolizerError)) throw error;
      console.error(`without names: ${file}: ${error.message}`);
    }
  }
  return store;
}

/** The same rows over and over, each as often as it was sampled. */
function* samplesOf(rows: readonly Recorded[]): Generator<Recorded> {
  let left = SAMPLES;
  while (left > 0) for (const row of rows) for (let i = 0; i < row.count && left > 0; i++, left--) yield row;
}

function print(name: string, value: number, unit: string): void {
  console.log(JSON.stringify({ name: `symbols/replay/${name}`, value: Number(value.toPrecision(7)), unit }));
}

try {
  const batches = await record();
  for (const child of children) child.kill('SIGKILL');
  const store = await buildIndexes(batches);
  const rows = batches.flatMap(recordedIn);
  if (rows.length === 0) throw new Error('Nothing was recorded: bench:symbols must run where the agent may sample.');
  const before = { ...store.counters };
  const started = performance.now();
  const recorded = rows.reduce((sum, { count }) => sum + count, 0);
  let firstPass: { hits: number; misses: number } | undefined;
  let together = new Map<BuildId, LookupAddress[]>();
  let samples = 0;
  for (const { lookups } of samplesOf(rows)) {
    for (const { buildId, address } of lookups) {
      const list = together.get(buildId);
      if (list) list.push(address);
      else together.set(buildId, [address]);
    }
    if (++samples % TOGETHER !== 0) continue;
    // The rows begin anew from here on.
    if (samples > recorded) firstPass ??= { ...store.counters };
    for (const [buildId, addresses] of together) await store.resolve(buildId, addresses);
    together = new Map();
  }
  const hits = store.counters.hits - before.hits;
  const misses = store.counters.misses - before.misses;
  print('recorded', recorded, 'samples');
  print('replayed', samples, 'samples');
  print('look-ups', hits + misses, 'addresses');
  const { hits: firstHits, misses: firstMisses } = firstPass ?? store.counters;
  print('hits-while-each-sample-is-new', (firstHits / (firstHits + firstMisses)) * 100, '%');
  print('hits', (hits / (hits + misses)) * 100, '%');
  print('speed', (hits + misses) / 1e3 / (performance.now() - started), 'M addresses/s');
} finally {
  for (const child of children) child.kill('SIGKILL');
  await sink.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
