import type { AbsoluteRange } from '../../address/time.ts';

/** When the first and the last sample of a service were taken, Unix seconds. */
export interface Recorded {
  readonly first: number;
  readonly last: number;
}

const RUNNING_SECONDS = 60;

const write = (seconds: number) => `${new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** Why a range has no samples, as far as that follows from when there are some. `now` is Unix seconds. */
export function whyNoSamples(recorded: Recorded | null, range: AbsoluteRange, now: number): string {
  if (recorded === null) return 'This service has no samples of this type.';
  const { first, last } = recorded;
  if (range.to <= first) return `Its first sample is of ${write(first)}: the range ends before it.`;
  if (range.from <= last) return `It has samples from ${write(first)} to ${write(last)}, but none in this range.`;
  const silent = now - last > RUNNING_SECONDS ? '; if the service still runs, its agent may have stopped' : '';
  return `Its last sample is of ${write(last)}${silent}.`;
}
