import type { UnixSeconds } from '@strata/profile';
import type { Selection, Timeline } from '../api.ts';
import type { Connection } from '../connection.ts';
import { selectionConditions } from './selection-conditions.ts';
import { binsOf, boundMs, timeCondition } from './time-bounds.ts';

/** How often agents push. */
const FINEST = 10;

/**
 * Value per step, whole steps also where the range ends within one. Steps below a minute come from the raw samples, whose
 * time is the start of their batch.
 */
export async function readTimeline(connection: Connection, selection: Selection, steps: number): Promise<Timeline> {
  const { database } = connection;
  const bins = binsOf(selection.from, selection.to, steps, FINEST);
  const conditions = selectionConditions(database, selection);
  const [table, time] = bins.stepSeconds < 60 ? (['samples', 'ts'] as const) : (['totals_minute', 'minute'] as const);
  const rows = await connection.rows<{ bin: number; total: number }>(
    `SELECT intDiv(toUnixTimestamp(${time}) - {start:Int64}, {step:Int64}) AS bin, toFloat64(sum(value)) AS total
     FROM ${database}.${table}
     WHERE ${conditions.all}
       AND ${timeCondition(time, 'from', 'to')}
     GROUP BY bin`,
    {
      doing: 'reading a timeline',
      parameters: {
        ...conditions.parameters,
        start: bins.start,
        step: bins.stepSeconds,
        from: boundMs(bins.start),
        to: boundMs(bins.start + bins.length * bins.stepSeconds),
      },
    },
  );
  const value = new Array<number>(bins.length).fill(0);
  for (const { bin, total } of rows) value[bin] = total;
  return { start: bins.start as UnixSeconds, stepSeconds: bins.stepSeconds, value };
}
