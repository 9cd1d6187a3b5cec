import type { Selection } from '../api.ts';
import type { Connection } from '../connection.ts';
import { type SelectionConditions, selectionConditions } from './selection-conditions.ts';
import { boundMs, timeCondition } from './time-bounds.ts';

const HOUR_MS = 3_600_000;

/** Sums per leaf node as parallel columns; `ids` holds the low and the high half of each in turn. */
export interface NodeSums {
  readonly length: number;
  readonly halves: Uint32Array;
  readonly doubles: Float64Array;
}

/** `halves` of row i begin at 6 i; `value` is `doubles[3 i + 1]`, `count` is `doubles[3 i + 2]`. */
export const NODE_SUM_HALVES = 6;
export const NODE_SUM_DOUBLES = 3;

/**
 * Exact sums over from ≤ t < to: whole hours from the hourly sums, ragged edges from the raw samples, each row read
 * once. Labels of sources are in the raw samples only.
 */
export async function sumNodes(connection: Connection, selection: Selection, signal?: AbortSignal): Promise<NodeSums> {
  const conditions = selectionConditions(connection.database, selection);
  const spans = spansOf(selection, conditions.needsSource);
  if (spans.length === 0) return view(new Uint8Array(0));
  const parts = spans.map((span, index) => partSql(connection.database, span, index, conditions));
  const bytes = await connection.bytes(
    `SELECT node, toFloat64(sum(value)), toFloat64(sum(count)) FROM (
${parts.map(({ sql }) => sql).join('\nUNION ALL\n')}
) GROUP BY node`,
    {
      doing: 'summing stacks',
      parameters: Object.assign({}, conditions.parameters, ...parts.map(({ parameters }) => parameters)),
      signal,
    },
  );
  return view(bytes);
}

interface Span {
  readonly table: 'samples' | 'samples_hourly';
  readonly from: number;
  readonly to: number;
}

/** Disjoint, together the whole range; in ms. */
function spansOf(selection: Selection, rawOnly: boolean): readonly Span[] {
  const from = boundMs(selection.from);
  const to = boundMs(selection.to);
  const firstHour = Math.ceil(from / HOUR_MS) * HOUR_MS;
  const lastHour = Math.floor(to / HOUR_MS) * HOUR_MS;
  const whole: readonly Span[] =
    rawOnly || firstHour >= lastHour
      ? [{ table: 'samples', from, to }]
      : [
          { table: 'samples', from, to: firstHour },
          { table: 'samples_hourly', from: firstHour, to: lastHour },
          { table: 'samples', from: lastHour, to },
        ];
  return whole.filter((span) => span.from < span.to);
}

function partSql(database: string, { table, from, to }: Span, index: number, conditions: SelectionConditions) {
  const hourly = table === 'samples_hourly';
  return {
    sql: `  SELECT node, value, count FROM ${database}.${table}
  WHERE ${hourly ? conditions.workload : conditions.all}
    AND ${timeCondition(hourly ? 'hour' : 'ts', `from${index}`, `to${index}`)}`,
    parameters: { [`from${index}`]: from, [`to${index}`]: to },
  };
}

function view(bytes: Uint8Array): NodeSums {
  return {
    length: bytes.length / 24,
    halves: new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4),
    doubles: new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8),
  };
}
