/**
 * How long a whole, untrimmed call tree of one service takes: 10,000,000 samples of 100,000 stacks over 25 h. The peer is
 * the bare engine in the same run: sums per stack from the raw table, no rows sent, no tree.
 * One JSON line per figure: {"name","value","unit","peer","ratio"}.
 */
import { buildCallTree, type UnixSeconds } from '@strata/profile';
import type { Connection } from '../src/connection.ts';
import type { Selection, Storage } from '../src/index.ts';
import { EngineProcess } from '../test/engine-process.ts';
import { batchOf, namesOf, stackSet } from './stack-set.ts';

const ROWS = 10_000_000;
const STACKS = 100_000;
const PODS = 20;
const HOURS = 25;
const RUNS = 30;
const start = (Math.floor(Date.now() / 3_600_000) - 30) * 3600;
const engine = new EngineProcess(17434);

try {
  const storage = await engine.open();
  const connection = engine.connection();
  await fill(storage, connection);
  // Ragged at both ends: half an hour past the hour.
  for (const hours of [1, 24]) await measure(storage, connection, hours);
  await measureCold();
  await measureSize(connection);
  await connection.close();
  await storage.close();
} finally {
  await engine.stop();
}

/** Stacks come as a batch does; the samples are made in the engine, 200 to a profile, the first stacks far more often. */
async function fill(storage: Storage, connection: Connection): Promise<void> {
  const { trie, leaves } = stackSet(STACKS);
  await storage.writeBatch(batchOf(trie, leaves, (start - 3600) * 1000, PODS), 'stacks');
  const profiles = ROWS / 200;
  for (let hour = 0; hour < HOURS; hour++) {
    await connection.command(
      `INSERT INTO strata.samples (profile_type, workload, source, ts, node, value, count)
       WITH
         (SELECT groupArray(node) FROM (SELECT DISTINCT node FROM strata.samples ORDER BY node)) AS leaves,
         (SELECT groupArray(source) FROM (SELECT DISTINCT source FROM strata.samples ORDER BY source)) AS pods,
         (SELECT any(workload) FROM strata.samples) AS shop,
         intDiv(number, 200) AS profile
       SELECT 'cpu', shop, pods[1 + profile % ${PODS}],
         fromUnixTimestamp64Milli(toInt64(${(start + hour * 3600) * 1000} + intDiv(profile * 3600000, ${profiles / HOURS}))),
         leaves[1 + toUInt64((length(leaves) - 1) * pow(rand64(number) / 18446744073709551615., 3))],
         10101010, 1
       FROM numbers(${ROWS / HOURS})`,
      { doing: 'filling the table' },
    );
  }
}

function selection(hours: number): Selection {
  const from = (start + 1800) as UnixSeconds;
  return {
    from,
    to: (from + hours * 3600) as UnixSeconds,
    service: 'shop',
    profileType: 'cpu',
    versions: [],
    labels: [],
  };
}

async function wholeTree(storage: Storage, hours: number): Promise<void> {
  const { profile } = await storage.sumStacks(selection(hours));
  const tree = buildCallTree(profile.stacks, profile.value, namesOf(profile.stacks.frames));
  if (tree.total[0] === 0) throw new Error('The tree is empty: nothing was measured.');
}

async function measure(storage: Storage, connection: Connection, hours: number): Promise<void> {
  const { from, to } = selection(hours);
  const bare = () =>
    connection.command(
      `SELECT node, sum(value) FROM strata.samples
       WHERE profile_type = 'cpu' AND toStartOfHour(ts, 'UTC') >= toStartOfHour(toDateTime(${from}), 'UTC')
         AND toStartOfHour(ts, 'UTC') <= toStartOfHour(toDateTime(${to}), 'UTC')
         AND ts >= toDateTime64(${from}, 3) AND ts < toDateTime64(${to}, 3)
       GROUP BY node FORMAT Null`,
      { doing: 'summing with the bare engine' },
    );
  const ours = await times(() => wholeTree(storage, hours));
  const sums = await times(() => storage.sumStacks(selection(hours)));
  const peer = await times(bare);
  for (const share of [50, 95]) {
    print(`query.tree.${hours}h.p${share}`, quantile(ours, share), 'ms', quantile(peer, share));
    print(`query.sums.${hours}h.p${share}`, quantile(sums, share), 'ms', quantile(peer, share));
  }
}

/** The first view of a service in a new process, which loads its stacks. */
async function measureCold(): Promise<void> {
  const storage = await engine.open();
  const began = performance.now();
  await wholeTree(storage, 24);
  print('query.tree.24h.cold', performance.now() - began, 'ms', null);
  await storage.close();
}

async function measureSize(connection: Connection): Promise<void> {
  const rows = await connection.rows<{ table: string; bytes: number }>(
    `SELECT table, sum(bytes_on_disk) AS bytes FROM system.parts WHERE active AND database = 'strata' GROUP BY table`,
    { doing: 'measuring sizes' },
  );
  for (const { table, bytes } of rows) print(`size.${table}`, bytes / ROWS, 'bytes/sample', null);
}

async function times(run: () => Promise<unknown>): Promise<number[]> {
  for (let warm = 0; warm < 3; warm++) await run();
  const taken: number[] = [];
  for (let round = 0; round < RUNS; round++) {
    const began = performance.now();
    await run();
    taken.push(performance.now() - began);
  }
  return taken.sort((a, b) => a - b);
}

function quantile(sorted: readonly number[], percent: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))]!;
}

function print(name: string, value: number, unit: string, peer: number | null): void {
  const round = (number: number) => Number(number.toPrecision(4));
  const ratio = peer === null ? null : round(value / peer);
  console.log(JSON.stringify({ name, value: round(value), unit, peer: peer === null ? null : round(peer), ratio }));
}
