import type { FunctionChange } from '@strata/profile';

export const TABS = ['grew', 'shrank', 'new', 'gone', 'all'] as const;
export type Tab = (typeof TABS)[number];

/** Rows of a tab, strongest first; but for "all", only changes beyond noise. */
export function rowsOf(tab: Tab, changes: readonly FunctionChange[]): FunctionChange[] {
  const size = (row: FunctionChange) => Math.abs(row.b - row.a);
  const kept = changes.filter((row) => {
    if (tab === 'all') return true;
    if (row.withinNoise) return false;
    if (tab === 'new') return row.a === 0;
    if (tab === 'gone') return row.b === 0;
    return tab === 'grew' ? row.b > row.a : row.b < row.a;
  });
  return kept.sort((x, y) => size(y) - size(x) || x.name.localeCompare(y.name));
}

/** The change to speak of first: the largest that is no chance; `null` where all may be. */
export function largestChange(changes: readonly FunctionChange[]): FunctionChange | null {
  return rowsOf('all', changes).find((row) => !row.withinNoise) ?? null;
}

/** How few functions make up 9 tenths of a net change, and what share of it they are; `null` when none stands out. */
export function explain(changes: readonly FunctionChange[], net: number): { functions: number; share: number } | null {
  if (net === 0) return null;
  const sameWay = changes
    .filter((row) => !row.withinNoise && Math.sign(row.b - row.a) === Math.sign(net))
    .map((row) => (row.b - row.a) / net)
    .sort((x, y) => y - x);
  let share = 0;
  for (const [i, part] of sameWay.slice(0, 5).entries()) {
    share += part;
    if (share >= 0.9) return { functions: i + 1, share: Math.min(share, 1) };
  }
  return null;
}
