const STEPS: readonly (readonly [limit: number, seconds: number, one: string, many: string])[] = [
  [60, 1, 's', 's'],
  [90 * 60, 60, 'min', 'min'],
  [36 * 3_600, 3_600, 'h', 'h'],
  [Number.POSITIVE_INFINITY, 86_400, 'day', 'days'],
];

/** `42 s`, `42 min`, `3 h`, `12 days`: one unit is enough to judge an age by. */
export function formatDuration(seconds: number): string {
  const size = Math.max(0, seconds);
  const [, unit, one, many] = STEPS.find(([limit]) => size < limit)!;
  const count = Math.floor(size / unit);
  return `${count} ${count === 1 ? one : many}`;
}

/** `just now`, `42 min ago`. Clocks of two machines differ a little, so the future is now. */
export function formatAge(seconds: number): string {
  return seconds < 5 ? 'just now' : `${formatDuration(seconds)} ago`;
}
