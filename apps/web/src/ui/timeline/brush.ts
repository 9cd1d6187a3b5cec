import type { Span } from './extent.ts';

export type Grip = 'from' | 'to' | 'move' | 'new';

/** What a press at `x` takes hold of: an edge within `reach` pixels, the range between them, or a new range. */
export function gripAt(x: number, left: number, right: number, reach: number): Grip {
  if (Math.abs(x - left) <= reach && Math.abs(x - left) <= Math.abs(x - right)) return 'from';
  if (Math.abs(x - right) <= reach) return 'to';
  return x > left && x < right ? 'move' : 'new';
}

/** The range after dragging from `pressed` to `at` (seconds), kept in `extent` and at least `minimum` seconds long. */
export function dragged(range: Span, grip: Grip, pressed: number, at: number, extent: Span, minimum: number): Span {
  const clamp = (t: number) => Math.min(extent.to, Math.max(extent.from, t));
  if (grip === 'from') return { from: Math.min(clamp(at), range.to - minimum), to: range.to };
  if (grip === 'to') return { from: range.from, to: Math.max(clamp(at), range.from + minimum) };
  if (grip === 'move') {
    const by = Math.min(extent.to - range.to, Math.max(extent.from - range.from, at - pressed));
    return { from: range.from + by, to: range.to + by };
  }
  const [from, to] = [clamp(Math.min(pressed, at)), clamp(Math.max(pressed, at))];
  return { from, to: Math.max(to, from + minimum) };
}
