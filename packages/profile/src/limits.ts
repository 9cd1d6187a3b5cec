import { ProfileError } from './profile-error.ts';

/** What one batch or pprof may hold, whoever sends it. */
export const DEPTH_MOST = 1_024;
export const LABELS_MOST = 64;
export const TEXT_CHARACTERS_MOST = 16_384;
export const VALUE_MOST = Number.MAX_SAFE_INTEGER;

const EARLIEST_MS = Date.UTC(2000, 0, 1);
const AHEAD_MS = 24 * 3_600_000;

/** Throws ProfileError `TIME_OUT_OF_RANGE` for a span that ends before it starts, is older than 2000, or lies ahead of `nowMs`. */
export function checkTimes(fromMs: number, toMs: number, nowMs: number): void {
  const sane = fromMs >= EARLIEST_MS && toMs >= fromMs && toMs <= nowMs + AHEAD_MS;
  if (sane) return;
  const show = (ms: number) => (Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString() : `${ms} ms`);
  throw new ProfileError(
    'TIME_OUT_OF_RANGE',
    `The profile spans ${show(fromMs)} to ${show(toMs)}, which cannot be: times must be in order, after 2000 and not in the future.`,
  );
}
