import type { ProfileType, UnixSeconds } from '@strata/profile';
import type { Selection, ServiceDetail } from '../api.ts';
import type { Connection } from '../connection.ts';
import { selectionConditions } from './selection-conditions.ts';
import { boundMs } from './time-bounds.ts';
import { newestFirst } from './version-order.ts';

const MOST_VALUES = 200;

interface LabelRow {
  readonly name: string;
  readonly value: string;
  readonly total: number;
}

/**
 * Versions and profile types of all stored data, labels of the selection (widened to whole minutes, at most 200 values
 * each); `null` for a service that has no data at all.
 */
export async function describeService(connection: Connection, selection: Selection): Promise<ServiceDetail | null> {
  const [versions, profileTypes, labels] = await Promise.all([
    readVersions(connection, selection.service),
    readProfileTypes(connection, selection.service),
    readLabels(connection, selection),
  ]);
  if (versions.length === 0) return null;
  return {
    service: selection.service,
    profileTypes,
    versions,
    labels: sharesOf(labels),
    lastSample: Math.max(...versions.map(({ lastSeen }) => lastSeen)) as UnixSeconds,
  };
}

async function readVersions(connection: Connection, service: string): Promise<ServiceDetail['versions']> {
  const { database } = connection;
  const rows = await connection.rows<{ version: string; first: number; last: number }>(
    `SELECT version, toFloat64(min(first)) AS first, toFloat64(max(last)) AS last
     FROM ${database}.workload_activity AS a
     INNER JOIN (
       SELECT id, any(version) AS version FROM ${database}.workloads WHERE service = {service:String} GROUP BY id
     ) AS w ON a.workload = w.id
     GROUP BY version`,
    { doing: 'listing versions', parameters: { service } },
  );
  return newestFirst(
    rows.map(({ version, first, last }) => ({
      version,
      firstSeen: first as UnixSeconds,
      lastSeen: last as UnixSeconds,
    })),
  );
}

function readProfileTypes(connection: Connection, service: string): Promise<ProfileType[]> {
  return connection.rows<ProfileType>(
    `SELECT name, any(unit) AS unit FROM ${connection.database}.profile_types
     WHERE service = {service:String} GROUP BY name ORDER BY name`,
    { doing: 'listing profile types', parameters: { service } },
  );
}

/** Each label's values with their totals; a label may sit on workloads, on sources, or on both. */
async function readLabels(connection: Connection, selection: Selection): Promise<readonly LabelRow[]> {
  const { database } = connection;
  const conditions = selectionConditions(database, selection);
  const labelsOf = (key: 'workload' | 'source', table: string, columns: readonly string[]) =>
    connection.rows<LabelRow>(
      `SELECT label.1 AS name, label.2 AS value, toFloat64(sum(total)) AS total
       FROM (
         SELECT ${key}, sum(value) AS total FROM ${database}.totals_minute
         WHERE ${conditions.all}
           AND minute >= toStartOfMinute(fromUnixTimestamp64Milli({from:Int64}))
           AND minute < fromUnixTimestamp64Milli({to:Int64})
         GROUP BY ${key}
       ) AS t
       LEFT ANY JOIN ${database}.${table} AS d ON t.${key} = d.id
       ARRAY JOIN arrayConcat(
         [${columns.map((column) => `('${column}', toString(${column}))`).join(', ')}],
         arrayMap((name, value) -> (toString(name), value), mapKeys(labels), mapValues(labels))
       ) AS label
       WHERE value != ''
       GROUP BY name, value
       ORDER BY name, total DESC, value
       LIMIT ${MOST_VALUES} BY name`,
      {
        doing: 'listing labels',
        parameters: { ...conditions.parameters, from: boundMs(selection.from), to: boundMs(selection.to) },
      },
    );
  const rows = await Promise.all([
    labelsOf('workload', 'workloads', ['service', 'environment', 'namespace', 'cluster']),
    labelsOf('source', 'sources', ['host', 'pod', 'container', 'process', 'thread']),
  ]);
  return rows.flat();
}

/** The row `service` has every sample: what shares are of. */
function sharesOf(rows: readonly LabelRow[]): ServiceDetail['labels'] {
  const all = rows.filter(({ name }) => name === 'service').reduce((sum, { total }) => sum + total, 0);
  const names = Map.groupBy(
    rows.filter(({ name }) => name !== 'service'),
    ({ name }) => name,
  );
  return [...names]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, values]) => ({
      name,
      values: [...Map.groupBy(values, ({ value }) => value)]
        .map(([value, same]) => ({ value, share: share(same, all) }))
        .sort((a, b) => b.share - a.share),
    }));
}

function share(rows: readonly LabelRow[], all: number): number {
  return all === 0 ? 0 : Math.min(1, rows.reduce((sum, { total }) => sum + total, 0) / all);
}
