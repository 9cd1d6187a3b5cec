/** A point in time as an address writes it: relative to now, or absolute in Unix seconds. */
export type TimePoint =
  | { readonly kind: 'relative'; readonly secondsAgo: number }
  | { readonly kind: 'absolute'; readonly seconds: number };

/** `from` and `to` as they stand in an address. */
export interface RangeText {
  readonly from: string;
  readonly to: string;
}

/** Half-open, Unix seconds: from ≤ t < to. */
export interface AbsoluteRange {
  readonly from: number;
  readonly to: number;
}

export const STANDARD_RANGE: RangeText = { from: 'now-15m', to: 'now' };

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };
const EARLIEST = Date.UTC(2000, 0, 1) / 1000;
const DAY_SECONDS = 86_400;
const LONGEST_DAYS = 400;
/** No data are kept as long as this; what asks for more is a slip of the pen, and would keep the engine busy for nothing. */
export const LONGEST_SECONDS = LONGEST_DAYS * DAY_SECONDS;

/**
 * Reads `now`, `now-15m` (units s, m, h, d, w), Unix seconds, or a time of RFC 3339, whose zone, seconds and `T` may be
 * left out (`2026-11-21 14:00` is UTC). `null` for anything else.
 */
export function parseTime(text: string): TimePoint | null {
  const trimmed = text.trim();
  if (trimmed === 'now') return { kind: 'relative', secondsAgo: 0 };
  const ago = /^now\s*-\s*(\d{1,9})\s*([smhdw])$/.exec(trimmed);
  if (ago !== null) return { kind: 'relative', secondsAgo: Number(ago[1]) * UNIT_SECONDS[ago[2]!]! };
  if (/^\d{1,15}(\.\d+)?$/.test(trimmed)) return { kind: 'absolute', seconds: Math.floor(Number(trimmed)) };
  const date = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2}(?:\.\d+)?)?\s*(Z|[+-]\d{2}:\d{2})?)?$/i.exec(trimmed);
  if (date === null || !isDay(date[1]!)) return null;
  const milliseconds = Date.parse(
    `${date[1]}T${date[2] ?? '00:00'}${date[3] ?? ':00'}${date[4]?.toUpperCase() ?? 'Z'}`,
  );
  return Number.isNaN(milliseconds) ? null : { kind: 'absolute', seconds: Math.floor(milliseconds / 1000) };
}

/** Date.parse takes 30 February for 2 March. */
function isDay(text: string): boolean {
  const milliseconds = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString().startsWith(text);
}

/** `now`, `now-90s`, `now-15m`, … in the largest unit that is whole; absolute times as Unix seconds. */
export function writeTime(point: TimePoint): string {
  if (point.kind === 'absolute') return String(point.seconds);
  if (point.secondsAgo === 0) return 'now';
  const [unit, seconds] = Object.entries(UNIT_SECONDS)
    .toReversed()
    .find(([name, length]) => point.secondsAgo % length === 0 && name !== 'w')!;
  return `now-${point.secondsAgo / seconds}${unit}`;
}

/** What a range is at `now` (Unix seconds), or one sentence that says why it is none. */
export function resolveRange(text: RangeText, now: number): AbsoluteRange | { readonly problem: string } {
  const points: TimePoint[] = [];
  for (const name of ['from', 'to'] as const) {
    const point = parseTime(text[name]);
    if (point === null)
      return {
        problem: `${name}=${text[name].slice(0, 40)} is no time: write now-15m, Unix seconds or RFC 3339 such as 2026-11-21T14:00:00Z.`,
      };
    points.push(point);
  }
  const [from, to] = points as [TimePoint, TimePoint];
  // The second under way belongs to what is asked up to now.
  const second = Math.ceil(now);
  const at = (point: TimePoint) => (point.kind === 'absolute' ? point.seconds : second - point.secondsAgo);
  const range = { from: at(from), to: at(to) };
  for (const name of ['from', 'to'] as const) {
    if (range[name] < EARLIEST)
      return { problem: `${name}=${text[name].slice(0, 40)} lies before the year 2000: times are Unix seconds, UTC.` };
    if (range[name] > now + DAY_SECONDS)
      return { problem: `${name}=${text[name].slice(0, 40)} lies in the future: times are Unix seconds, UTC.` };
  }
  if (range.from >= range.to) return { problem: 'The range is empty: from must lie before to.' };
  if (range.to - range.from > LONGEST_SECONDS) {
    const days = Math.ceil((range.to - range.from) / DAY_SECONDS).toLocaleString('en');
    return { problem: `The range is ${days} days long: ask for at most ${LONGEST_DAYS} days.` };
  }
  return range;
}

/** Whether a view of this range changes as time goes on. */
export function isLive(text: RangeText): boolean {
  const to = parseTime(text.to);
  return to?.kind === 'relative' && to.secondsAgo === 0;
}

/**
 * How often a live view asks again. Agents push every 10 s: short ranges ask so often that a sample is seen 15 s after it was
 * taken at the latest, long ones less.
 */
export function refreshMs(range: AbsoluteRange): number {
  const seconds = range.to - range.from;
  return seconds <= 3_600 ? 3_000 : seconds <= DAY_SECONDS ? 60_000 : 300_000;
}
