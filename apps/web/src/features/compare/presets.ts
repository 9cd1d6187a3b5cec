import { parseTime, type RangeText, resolveRange, STANDARD_RANGE, writeTime } from '../../address/time.ts';
import type { Span } from '../../ui/timeline/extent.ts';
import type { Recorded } from '../../ui/timeline/steps.ts';

const DAY_SECONDS = 86_400;
/** A version heard of this lately still runs. */
const RUNNING_SECONDS = 300;
const VERSION_SPAN_SECONDS = 900;

/** What a side looks at: a range, and perhaps one version. */
export interface SideChoice {
  readonly range: RangeText;
  readonly versions: readonly string[];
}

export interface Sides {
  readonly a: SideChoice;
  readonly b: SideChoice;
}

export interface VersionSpan {
  readonly version: string;
  readonly firstSeen: number;
  readonly lastSeen: number;
}

/** The same range, so many seconds earlier; relative stays relative, so that it moves with the clock. */
export function earlier(range: RangeText, seconds: number): RangeText {
  const shift = (text: string) => {
    const point = parseTime(text);
    if (point === null) return text;
    return point.kind === 'relative'
      ? writeTime({ kind: 'relative', secondsAgo: point.secondsAgo + seconds })
      : writeTime({ kind: 'absolute', seconds: point.seconds - seconds });
  };
  return { from: shift(range.from), to: shift(range.to) };
}

/** When a version was last heard of: up to now while it runs, else its last quarter of an hour. */
export function rangeOfVersion({ firstSeen, lastSeen }: VersionSpan, now: number): RangeText {
  if (now - lastSeen < RUNNING_SECONDS) return { from: 'now-15m', to: 'now' };
  const to = Math.ceil(lastSeen) + 1;
  return { from: String(Math.max(Math.floor(firstSeen), to - VERSION_SPAN_SECONDS)), to: String(to) };
}

/** The version that came before, by when each was first seen; `null` for the first. */
export function versionBefore(version: string | undefined, versions: readonly VersionSpan[]): VersionSpan | null {
  const byAge = [...versions].sort((x, y) => y.firstSeen - x.firstSeen);
  const at = version === undefined ? 0 : byAge.findIndex((entry) => entry.version === version);
  return at < 0 ? null : (byAge[at + 1] ?? null);
}

/** What to compare when the address does not say: the newest version with the one before it, else with the time before. */
export function standardSides(versions: readonly VersionSpan[], now: number): Sides {
  const newest = [...versions].sort((x, y) => y.firstSeen - x.firstSeen)[0];
  const before = versionBefore(newest?.version, versions);
  if (newest !== undefined && before !== null)
    return {
      a: { range: rangeOfVersion(before, now), versions: [before.version] },
      b: { range: rangeOfVersion(newest, now), versions: [newest.version] },
    };
  const b = { range: newest === undefined ? STANDARD_RANGE : rangeOfVersion(newest, now), versions: [] };
  const { from, to } = spanOf(b, now);
  return { a: { ...b, range: earlier(b.range, to - from) }, b };
}

/** What a side covers at `now`; a quarter of an hour for one whose range is none. */
export function spanOf({ range }: SideChoice, now: number): Span {
  const span = resolveRange(range, now);
  return 'problem' in span ? { from: Math.ceil(now) - VERSION_SPAN_SECONDS, to: Math.ceil(now) } : span;
}

/**
 * The same sides where A has samples. Else there is nothing before B to hold it against, and its own time is parted in
 * two, with as many recorded steps on each side.
 */
export function sidesWithSamples(sides: Sides, { start, stepSeconds, value }: Recorded, now: number): Sides {
  const steps = value.flatMap((sum, i) => (sum > 0 ? [start + i * stepSeconds] : []));
  const within = ({ from, to }: Span) => steps.filter((t) => t + stepSeconds / 2 >= from && t + stepSeconds / 2 < to);
  const b = spanOf(sides.b, now);
  const inB = within(b);
  if (within(spanOf(sides.a, now)).length > 0 || inB.length < 2) return sides;
  const from = Math.max(b.from, inB[0]!);
  const middle = inB[Math.ceil(inB.length / 2)]!;
  const to = Math.min(b.to, inB.at(-1)! + stepSeconds, Math.ceil(now));
  const part = (from: number, to: number) => ({ ...sides.b, range: { from: String(from), to: String(to) } });
  return { a: part(from, middle), b: part(middle, to) };
}

/** Whether a side lies in the time its versions are recorded in: one that does not is no baseline. */
export function mayHoldSamples(side: SideChoice, versions: readonly VersionSpan[], now: number): boolean {
  const { from, to } = spanOf(side, now);
  return versions.some(
    ({ version, firstSeen, lastSeen }) =>
      (side.versions.length === 0 || side.versions.includes(version)) && to > firstSeen && from <= lastSeen,
  );
}

/** Whether A and B are of one version and follow each other, as where there is no other version to compare with. */
export function arePartsOfOne({ a, b }: Sides, versions: readonly VersionSpan[]): boolean {
  const isAbsolute = parseTime(b.range.from)?.kind === 'absolute';
  return versions.length === 1 && isAbsolute && a.range.to === b.range.from;
}

/** Baselines for B, one click each. `span` is how long B's range is, in seconds. */
export function presets(
  b: SideChoice,
  span: number,
  versions: readonly VersionSpan[],
  now: number,
): { label: string; choice: SideChoice }[] {
  const before = versionBefore(b.versions[0], versions);
  const same = (label: string, seconds: number) => ({
    label,
    choice: { range: earlier(b.range, seconds), versions: b.versions },
  });
  return [
    ...(before === null
      ? []
      : [
          {
            label: `Previous version, ${before.version}`,
            choice: { range: rangeOfVersion(before, now), versions: [before.version] },
          },
        ]),
    same('Previous period', span),
    same('Same hours, yesterday', DAY_SECONDS),
    same('Same hours, a week ago', 7 * DAY_SECONDS),
  ];
}
