import type { Selection } from '../api.ts';
import type { Connection } from '../connection.ts';
import { selectionConditions } from './selection-conditions.ts';
import { boundMs } from './time-bounds.ts';

/** The unit of the profile type (`''` when the service has none of it), and distinct host, container and process. */
export async function describeSelection(
  connection: Connection,
  selection: Selection,
  signal?: AbortSignal,
): Promise<{ unit: string; instances: number }> {
  const { database } = connection;
  const conditions = selectionConditions(database, selection);
  const [row] = await connection.rows<{ unit: string; instances: number }>(
    `SELECT
       (SELECT any(unit) FROM ${database}.profile_types
        WHERE service = {service:String} AND name = {type:String}) AS unit,
       uniqExact(host, container, process) AS instances
     FROM ${database}.sources
     WHERE id IN (
       SELECT source FROM ${database}.totals_minute
       WHERE ${conditions.all}
         AND minute >= toStartOfMinute(fromUnixTimestamp64Milli({from:Int64}))
         AND minute < fromUnixTimestamp64Milli({to:Int64})
     )`,
    {
      doing: 'describing a selection',
      parameters: { ...conditions.parameters, from: boundMs(selection.from), to: boundMs(selection.to) },
      signal,
    },
  );
  return { unit: row?.unit ?? '', instances: row?.instances ?? 0 };
}
