import type { UnixSeconds } from '@strata/profile';
import type { Connection } from '../connection.ts';
import { boundMs } from './time-bounds.ts';

const DAY = 86_400;

/** Days kept, of tables with one partition a day, named `YYYYMMDD`. Dimension rows expire by the tables' own TTL. */
export const KEPT_DAYS: Readonly<Record<string, number>> = { samples: 14, samples_hourly: 35, totals_minute: 35 };

/** Drops whole days past their time and expired snapshots; rows removed per table. */
export async function applyRetention(
  connection: Connection,
  now: UnixSeconds,
): Promise<Readonly<Record<string, number>>> {
  const removed: Record<string, number> = {};
  for (const [table, days] of Object.entries(KEPT_DAYS)) {
    removed[table] = await dropPartitionsBefore(connection, table, now - days * DAY);
  }
  removed.snapshots = await deleteExpiredSnapshots(connection, now);
  return removed;
}

/** Of days that were wholly over at `end`. */
async function dropPartitionsBefore(connection: Connection, table: string, end: number): Promise<number> {
  const firstKept = new Date(end * 1000).toISOString().slice(0, 10).replaceAll('-', '');
  const partitions = await connection.rows<{ partition: string; rows: number }>(
    `SELECT partition, sum(rows) AS rows FROM system.parts
     WHERE active AND database = {database:String} AND table = {table:String} AND partition < {firstKept:String}
     GROUP BY partition ORDER BY partition`,
    { doing: `looking for old days in ${table}`, parameters: { database: connection.database, table, firstKept } },
  );
  let rows = 0;
  for (const { partition, rows: dropped } of partitions) {
    await connection.command(`ALTER TABLE ${connection.database}.${table} DROP PARTITION ${Number(partition)}`, {
      doing: `dropping ${partition} of ${table}`,
    });
    rows += dropped;
  }
  return rows;
}

async function deleteExpiredSnapshots(connection: Connection, now: UnixSeconds): Promise<number> {
  const options = { doing: 'deleting expired snapshots', parameters: { now: boundMs(now) } };
  const expired = 'expires_at <= fromUnixTimestamp64Milli({now:Int64})';
  const table = `${connection.database}.snapshots`;
  const [row] = await connection.rows<{ count: number }>(
    `SELECT count() AS count FROM ${table} WHERE ${expired}`,
    options,
  );
  const count = row?.count ?? 0;
  if (count > 0) await connection.command(`DELETE FROM ${table} WHERE ${expired}`, options);
  return count;
}
