import type { Source, StackTrie } from './model.ts';
import { ProfileError } from './profile-error.ts';

/** What one batch or pprof may hold, whoever sends it: bounds on what a small body can make of our memory. */
export const DEPTH_MOST = 1_024;
export const LABELS_MOST = 64;
export const TEXT_CHARACTERS_MOST = 16_384;
export const VALUE_MOST = Number.MAX_SAFE_INTEGER;
export const PROFILE_TYPES_MOST = 255;
export const NODES_MOST = 4 << 20;
export const SOURCES_MOST = 65_536;
/** All names and labels together, counted where they are used: one long text can be named by every frame. */
const ALL_CHARACTERS_MOST = 128 << 20;

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

/** Throws ProfileError `TOO_LARGE` for more of `what` than `most`. */
export function checkCount(what: string, count: number, most: number): void {
  if (count > most)
    throw new ProfileError('TOO_LARGE', `The profile has more than ${most} ${what}; send a shorter span of time.`);
}

/** Throws ProfileError `TOO_LARGE` when texts, written out for each frame and source that names them, are too many. */
export function checkTexts(stacks: StackTrie, sources: readonly Source[]): void {
  let characters = 0;
  for (const frame of stacks.frames)
    characters += frame.kind === 'native' ? frame.mapping.file.length : frame.function.length + frame.file.length;
  for (const { labels } of sources)
    for (const name of Object.keys(labels)) characters += name.length + labels[name]!.length;
  checkCount('characters in names and labels', characters, ALL_CHARACTERS_MOST);
}
