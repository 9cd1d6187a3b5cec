import type { ProfileType, UnixSeconds } from '@strata/profile';
import type { ServiceSummary, TimeRange } from '../api.ts';
import type { Connection } from '../connection.ts';
import { type Bins, binsOf, boundMs, coveredSeconds } from './time-bounds.ts';
import { newestFirst } from './version-order.ts';

const MINUTE = 60;
const NANOSECONDS = 1e9;

interface VersionRow {
  readonly service: string;
  readonly version: string;
  readonly first: number;
  readonly last: number;
}
interface TotalRow {
  readonly service: string;
  readonly name: string;
  readonly unit: string;
  readonly bins: readonly number[];
  readonly values: readonly number[];
  readonly count: number;
}

/**
 * Services with samples in the range, most CPU first. The range is widened to whole minutes; cores are over what of it has
 * gone by since the first sample of all.
 */
export async function listServices(
  connection: Connection,
  range: TimeRange,
  steps: number,
): Promise<readonly ServiceSummary[]> {
  const from = Math.floor(range.from / MINUTE) * MINUTE;
  const to = Math.ceil(range.to / MINUTE) * MINUTE;
  const bins = binsOf(from, to, steps, MINUTE);
  const parameters = { from: boundMs(from), to: boundMs(to), start: bins.start, step: bins.stepSeconds };
  const { database } = connection;
  const inRange = `minute >= fromUnixTimestamp64Milli({from:Int64}) AND minute < fromUnixTimestamp64Milli({to:Int64})`;
  const workloads = `(SELECT id, any(service) AS service, any(version) AS version FROM ${database}.workloads GROUP BY id)`;
  const [totals, instances, versions, [recorded]] = await Promise.all([
    connection.rows<TotalRow>(
      `SELECT service, name, any(unit) AS unit, groupArray(bin) AS bins, groupArray(toFloat64(value)) AS values,
         toFloat64(sum(count)) AS count
       FROM (
         SELECT service, profile_type AS name, bin, sum(value) AS value, sum(count) AS count
         FROM (
           SELECT profile_type, workload, intDiv(toUnixTimestamp(minute) - {start:Int64}, {step:Int64}) AS bin,
             sum(value) AS value, sum(count) AS count
           FROM ${database}.totals_minute WHERE ${inRange} GROUP BY profile_type, workload, bin
         ) AS t INNER JOIN ${workloads} AS w ON t.workload = w.id
         GROUP BY service, name, bin
       ) AS s LEFT ANY JOIN ${database}.profile_types AS p ON s.service = p.service AND s.name = p.name
       GROUP BY service, name`,
      { doing: 'listing services', parameters },
    ),
    connection.rows<{ service: string; instances: number }>(
      `SELECT service, uniqExact(host, container, process) AS instances
       FROM (SELECT DISTINCT workload, source FROM ${database}.totals_minute WHERE ${inRange}) AS t
       INNER JOIN ${workloads} AS w ON t.workload = w.id
       LEFT ANY JOIN ${database}.sources AS s ON t.source = s.id
       GROUP BY service`,
      { doing: 'counting instances', parameters },
    ),
    connection.rows<VersionRow>(
      `SELECT service, version, toFloat64(min(first)) AS first, toFloat64(max(last)) AS last
       FROM ${database}.workload_activity AS a INNER JOIN ${workloads} AS w ON a.workload = w.id
       WHERE service IN (
         SELECT service FROM ${database}.workloads
         WHERE id IN (SELECT workload FROM ${database}.totals_minute WHERE ${inRange})
       )
       GROUP BY service, version`,
      { doing: 'listing versions', parameters },
    ),
    connection.rows<{ since: number }>(`SELECT toFloat64(min(first)) AS since FROM ${database}.workload_activity`, {
      doing: 'finding the first sample',
    }),
  ]);
  const now = Date.now() / 1000;
  const since = Math.floor((recorded?.since ?? 0) / MINUTE) * MINUTE;
  const covered = coveredSeconds(Math.max(from, since), to, now);
  const instancesOf = new Map(instances.map((row) => [row.service, row.instances]));
  const totalsOf = Map.groupBy(totals, ({ service }) => service);
  return [...Map.groupBy(versions, ({ service }) => service)]
    .map(([service, rows]) => {
      const types = totalsOf.get(service) ?? [];
      const cpu = types.find(({ name }) => name === 'cpu');
      return {
        service,
        cores: (cpu?.values ?? []).reduce((sum, value) => sum + value, 0) / NANOSECONDS / covered,
        samples: cpu?.count ?? Math.max(0, ...types.map(({ count }) => count)),
        instances: instancesOf.get(service) ?? 0,
        versions: newestFirst(rows.map(toVersion)),
        profileTypes: types.map(({ name, unit }): ProfileType => ({ name, unit })).sort(byName),
        sparkline: sparkline(cpu, bins, to, now),
        lastSample: Math.max(...rows.map(({ last }) => last)) as UnixSeconds,
      };
    })
    .sort((a, b) => b.cores - a.cores || b.samples - a.samples || (a.service < b.service ? -1 : 1));
}

/** Cores per bin; the last one over the time that has gone by. */
function sparkline(cpu: TotalRow | undefined, bins: Bins, to: number, now: number): readonly number[] {
  const cores = new Array<number>(bins.length).fill(0);
  cpu?.bins.forEach((bin, row) => {
    const start = bins.start + bin * bins.stepSeconds;
    const end = Math.min(start + bins.stepSeconds, to);
    cores[bin] = cpu.values[row]! / NANOSECONDS / coveredSeconds(start, end, now);
  });
  return cores;
}

function toVersion({ version, first, last }: VersionRow): ServiceSummary['versions'][number] {
  return { version, firstSeen: first as UnixSeconds, lastSeen: last as UnixSeconds };
}

function byName(a: ProfileType, b: ProfileType): number {
  return a.name < b.name ? -1 : 1;
}
