import { LONGEST_SECONDS } from '../../address/time.ts';

/** A span of time in Unix seconds, half-open. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  4 * DAY,
  7 * DAY,
  14 * DAY,
  35 * DAY,
];

/**
 * What the timeline shows around a chosen range: the first step at least 1.6 times as long, so that there is
 * something beside the handles, never past `now`, and never longer than what may be asked for. The same range and hour give the same extent.
 */
export function extentAround(range: Span, now: number): Span {
  const span = range.to - range.from;
  const length = STEPS.find((step) => step >= span * 1.6) ?? Math.min(Math.ceil(span * 1.6), LONGEST_SECONDS);
  const grid = Math.ceil(length / 8);
  const centred = (range.from + range.to) / 2 + length / 2;
  const to = Math.min(now, range.from + LONGEST_SECONDS, Math.max(range.to, Math.ceil(centred / grid) * grid));
  return { from: Math.min(to - length, range.from), to: Math.max(to, range.to) };
}

/** The extent shown already stays while the range fits into it and is neither too narrow nor all of it. */
export function keepExtent(shown: Span | null, range: Span, now: number): Span {
  const fresh = extentAround(range, now);
  if (shown === null) return fresh;
  const length = shown.to - shown.from;
  const inside = range.from >= shown.from && range.to <= shown.to;
  const readable = range.to - range.from >= length / 24;
  const current = fresh.to - shown.to < length / 60 || range.to <= shown.to;
  return inside && readable && current ? shown : fresh;
}
