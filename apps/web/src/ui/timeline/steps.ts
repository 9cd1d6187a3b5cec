import type { Span } from './extent.ts';

/** A stretch of time with one value, the mean over it per step of the timeline it is from. */
export interface Step extends Span {
  readonly value: number;
}

export interface Recorded {
  /** Start of the first step and the length of each, in Unix seconds. */
  readonly start: number;
  readonly stepSeconds: number;
  readonly value: readonly number[];
}

/** Agents push every ten seconds, and all samples of a push have the time of its start. */
const PUSH_SECONDS = 10;
/** The last steps are still filling. */
const FILLING_SECONDS = PUSH_SECONDS + 2;

/**
 * The steps of a timeline that are over for good. One in which a version began with nothing before it starts where the
 * version did, one in which the last sample lies ends there: else the line would rise before the first sample, and fade out.
 */
export function stepsOf(
  { start, stepSeconds, value }: Recorded,
  versions: readonly { readonly firstSeen: number; readonly lastSeen: number }[],
  now: number,
): Step[] {
  const isEmpty = (i: number) => (value[i] ?? 0) === 0;
  return value.flatMap((sum, i): Step[] => {
    const from = start + i * stepSeconds;
    const to = from + stepSeconds;
    if (to > now - FILLING_SECONDS) return [];
    if (sum === 0) return [{ from, to, value: 0 }];
    const within = (times: readonly number[]) => times.filter((t) => t > from && t < to);
    const began = isEmpty(i - 1) ? Math.min(...within(versions.map(({ firstSeen }) => firstSeen)), to) : to;
    const ends = versions.map(({ lastSeen }) => lastSeen + PUSH_SECONDS);
    const isOver = to + stepSeconds <= now - FILLING_SECONDS;
    const ended = isOver && isEmpty(i + 1) ? Math.max(...within(ends), from) : from;
    const [covers, until] = [began < to ? began : from, ended > from ? ended : to];
    if (until <= covers) return [{ from, to, value: sum }];
    return [
      ...(covers > from ? [{ from, to: covers, value: 0 }] : []),
      { from: covers, to: until, value: (sum * stepSeconds) / Math.max(until - covers, PUSH_SECONDS) },
      ...(until < to ? [{ from: until, to, value: 0 }] : []),
    ];
  });
}

/** Corners of the line over the steps, level within each; a gap between steps starts it anew. */
export function cornersOf(steps: readonly Step[]): { readonly t: number; readonly value: number }[][] {
  const lines: { t: number; value: number }[][] = [];
  for (const [i, { from, to, value }] of steps.entries()) {
    if (i === 0 || steps[i - 1]!.to !== from) lines.push([]);
    lines.at(-1)!.push({ t: from, value }, { t: to, value });
  }
  return lines;
}
