import { parseTime, type RangeText, writeTime } from '../../address/time.ts';

const DAY_SECONDS = 86_400;
/** A version heard of this lately still runs. */
const RUNNING_SECONDS = 300;
const VERSION_SPAN_SECONDS = 900;

/** What a side looks at: a range, and perhaps one version. */
export interface SideChoice {
  readonly range: RangeText;
  readonly versions: readonly string[];
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
export function standardSides(versions: readonly VersionSpan[], now: number): { a: SideChoice; b: SideChoice } {
  const newest = [...versions].sort((x, y) => y.firstSeen - x.firstSeen)[0];
  const before = versionBefore(newest?.version, versions);
  if (newest !== undefined && before !== null)
    return {
      a: { range: rangeOfVersion(before, now), versions: [before.version] },
      b: { range: rangeOfVersion(newest, now), versions: [newest.version] },
    };
  return {
    a: { range: { from: 'now-30m', to: 'now-15m' }, versions: [] },
    b: { range: { from: 'now-15m', to: 'now' }, versions: [] },
  };
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
