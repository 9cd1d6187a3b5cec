import { utcFormat } from 'd3-time-format';
import { type AbsoluteRange, parseTime, type RangeText } from '../address/time.ts';

/** Ranges one asks for most. */
export const PRESETS: readonly { readonly from: string; readonly label: string }[] = [
  { from: 'now-5m', label: 'Last 5 minutes' },
  { from: 'now-15m', label: 'Last 15 minutes' },
  { from: 'now-1h', label: 'Last 1 hour' },
  { from: 'now-6h', label: 'Last 6 hours' },
  { from: 'now-24h', label: 'Last 24 hours' },
  { from: 'now-3d', label: 'Last 3 days' },
  { from: 'now-7d', label: 'Last 7 days' },
  { from: 'now-14d', label: 'Last 14 days' },
];

const clock = utcFormat('%H:%M');
const clockSeconds = utcFormat('%H:%M:%S');
const day = utcFormat('%-d %b');
const dayAndYear = utcFormat('%-d %b %Y');
const exact = utcFormat('%Y-%m-%d %H:%M:%S');
const at = (seconds: number) => new Date(seconds * 1000);

/** `14:02:10`, with the day in front when it is not today; UTC. */
export function writeClock(seconds: number, now: number = Date.now() / 1000): string {
  return day(at(seconds)) === day(at(now))
    ? clockSeconds(at(seconds))
    : `${day(at(seconds))} ${clockSeconds(at(seconds))}`;
}

/** `2026-11-21 14:00:00`, as the range's inputs show an absolute time; UTC. */
export const writeExact = (seconds: number): string => exact(at(seconds));

/** `14:00 – 15:00 UTC`, `20 Nov 14:00 – 21 Nov 15:00 UTC`. */
export function writeSpan({ from, to }: AbsoluteRange): string {
  const sameDay = dayAndYear(at(from)) === dayAndYear(at(to));
  const today = dayAndYear(at(to)) === dayAndYear(new Date());
  const write = to - from < 120 ? clockSeconds : clock;
  if (sameDay) return `${today ? '' : `${day(at(from))}, `}${write(at(from))} – ${write(at(to))} UTC`;
  return `${day(at(from))} ${clock(at(from))} – ${day(at(to))} ${clock(at(to))} UTC`;
}

/** `15 minutes`, `2 hours 30 minutes`: the two largest units. */
export function writeLength(seconds: number): string {
  const units = [
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
    ['second', 1],
  ] as const;
  const parts: string[] = [];
  let left = Math.round(seconds);
  for (const [name, length] of units) {
    const count = Math.floor(left / length);
    left -= count * length;
    if (count > 0) parts.push(`${count} ${name}${count === 1 ? '' : 's'}`);
  }
  return parts.slice(0, 2).join(' ') || '0 seconds';
}

/** As nameRange, where there is little room: `15 min`, `2 h 30 min`, `15 min, 15 min ago`. */
export function shortRange(text: RangeText, now: AbsoluteRange): string {
  const brief = (seconds: number) =>
    writeLength(seconds)
      .replaceAll(/ minutes?/g, '\u00a0min')
      .replaceAll(/ hours?/g, '\u00a0h')
      .replaceAll(/ seconds?/g, '\u00a0s');
  const to = parseTime(text.to);
  const length = brief(now.to - now.from);
  return to?.kind === 'relative' && to.secondsAgo > 0 ? `${length}, ${brief(to.secondsAgo)} ago` : length;
}

/** What the range is called: `Last 1 hour`, or its length when it stands still. */
export function nameRange(text: RangeText, now: AbsoluteRange): string {
  const preset = text.to === 'now' ? PRESETS.find(({ from }) => from === text.from) : undefined;
  if (preset !== undefined) return preset.label;
  const to = parseTime(text.to);
  const length = writeLength(now.to - now.from);
  if (to?.kind !== 'relative') return length;
  return to.secondsAgo === 0 ? `Last ${length}` : `${length} until ${writeLength(to.secondsAgo)} ago`;
}
