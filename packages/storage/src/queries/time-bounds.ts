/** The last whole hour of ClickHouse's DateTime, 32 bits of seconds. */
const LATEST_MS = 4_294_944_000_000;

/** Whole milliseconds for an `Int64` parameter, within what ClickHouse's times can hold. */
export function boundMs(seconds: number): number {
  return Math.min(Math.max(Math.round(seconds * 1000), 0), LATEST_MS);
}

/**
 * Condition on a time column, from ≤ t < to, by the names of two `Int64` parameters in ms. The raw table is ordered by the
 * hour of `ts` as written here: by `ts` alone the engine would read the whole day.
 */
export function timeCondition(column: 'ts' | 'hour' | 'minute', from: string, to: string): string {
  const at = (name: string) => `fromUnixTimestamp64Milli({${name}:Int64})`;
  const exact = `${column} >= ${at(from)} AND ${column} < ${at(to)}`;
  if (column !== 'ts') return exact;
  const hour = (time: string) => `toStartOfHour(${time}, 'UTC')`;
  return `${hour('ts')} >= ${hour(at(from))} AND ${hour('ts')} <= ${hour(at(to))} AND ${exact}`;
}

/** The covered seconds of a range whose ends were widened to `unit` seconds, as far as time has gone by. */
export function coveredSeconds(from: number, to: number, now: number): number {
  return Math.max(1, Math.min(to, Math.max(now, from + 1)) - from);
}

/** Steps that divide hours and days, so that a bin is the same whoever asks. In seconds. */
const STEPS = [10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400];

export interface Bins {
  /** A multiple of `stepSeconds`, at or before the range's start. */
  readonly start: number;
  readonly stepSeconds: number;
  readonly length: number;
}

/** At most about `steps` bins over the range, none shorter than `least` seconds; the first and the last may stick out. */
export function binsOf(from: number, to: number, steps: number, least: number): Bins {
  const wanted = (to - from) / Math.max(1, steps);
  const days = Math.ceil(wanted / 86_400) * 86_400;
  const stepSeconds = STEPS.find((step) => step >= wanted && step >= least) ?? days;
  const start = Math.floor(from / stepSeconds) * stepSeconds;
  return { start, stepSeconds, length: Math.max(0, Math.ceil((to - start) / stepSeconds)) };
}
