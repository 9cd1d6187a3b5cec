import type { UnixSeconds } from '@strata/profile';
import type { Selection, SelectionSums } from '../api.ts';
import type { Connection } from '../connection.ts';
import { selectionConditions } from './selection-conditions.ts';
import { boundMs } from './time-bounds.ts';

/**
 * The unit of the profile type (`''` when the service has none of it), distinct host, container and process, and when the
 * first sample of any service was taken.
 */
export async function describeSelection(
  connection: Connection,
  selection: Selection,
  signal?: AbortSignal,
): Promise<Omit<SelectionSums, 'profile' | 'samples'> & { readonly unit: string }> {
  const { database } = connection;
  const conditions = selectionConditions(database, selection);
  const [row] = await connection.rows<{ unit: string; instances: number; since: number }>(
    `SELECT
       (SELECT any(unit) FROM ${database}.profile_types
        WHERE service = {service:String} AND name = {type:String}) AS unit,
       (SELECT toFloat64(min(first)) FROM ${database}.workload_activity) AS since,
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
  const { unit = '', instances = 0, since = 0 } = row ?? {};
  // The least of nothing is 1970.
  return { unit, instances, recordedSince: since > 0 ? (since as UnixSeconds) : null };
}
