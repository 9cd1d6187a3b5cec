import type { UnixSeconds } from '@strata/profile';
import type { Selection } from '../api.ts';
import { KEPT_DAYS } from './apply-retention.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;

/**
 * The range that can be answered exactly. Where raw samples are no longer kept, ends that cut an hour are widened to the
 * whole hour; a selection that only raw samples can answer begins where they do.
 */
export function settleRange<Range extends Pick<Selection, 'from' | 'to'>>(
  range: Range,
  rawOnly: boolean,
  nowSeconds: number,
): Range {
  const rawSince = nowSeconds - KEPT_DAYS.samples! * DAY;
  const { from, to } = range;
  if (rawOnly) return { ...range, from: Math.max(from, Math.min(rawSince, to)) as UnixSeconds };
  return {
    ...range,
    from: (from < rawSince ? Math.floor(from / HOUR) * HOUR : from) as UnixSeconds,
    to: (to < rawSince ? Math.ceil(to / HOUR) * HOUR : to) as UnixSeconds,
  };
}
