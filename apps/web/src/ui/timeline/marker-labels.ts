/** Where a marker's label stands: `x` is the edge next to its line, `row` 0 the top. */
export interface MarkerLabel {
  readonly text: string;
  readonly x: number;
  readonly row: number;
  readonly anchor: 'start' | 'end';
}

/** Part of a row, in pixels. */
export interface Taken {
  readonly row: number;
  readonly from: number;
  readonly to: number;
}

/** Pixels of an 11 px character; the widest of a version are about this wide. */
export const CHARACTER_PX = 6.8;
export const LABEL_ROWS = 2;
const GAP_PX = 6;
const MOST_CHARACTERS = 20;

/**
 * Labels beside their lines: to the right, else to the left, else a row lower, and none where even that would cover
 * another label, another line, or what is `reserved`. Earlier markers of the list have the first choice.
 */
export function placeLabels(
  markers: readonly { readonly x: number; readonly label: string }[],
  width: number,
  reserved: readonly Taken[],
): (MarkerLabel | null)[] {
  const taken: Taken[] = [...reserved];
  const isFree = (row: number, from: number, to: number) =>
    taken.every((other) => other.row !== row || to + GAP_PX <= other.from || other.to + GAP_PX <= from) &&
    markers.every(({ x }) => to <= x || x <= from);
  return markers.map(({ x, label }) => {
    const text = label.length > MOST_CHARACTERS ? `${label.slice(0, MOST_CHARACTERS - 1)}…` : label;
    const length = text.length * CHARACTER_PX;
    for (let row = 0; row < LABEL_ROWS; row++)
      for (const anchor of ['start', 'end'] as const) {
        const from = anchor === 'start' ? x + GAP_PX : x - GAP_PX - length;
        const to = from + length;
        if (from < 0 || to > width || !isFree(row, from, to)) continue;
        taken.push({ row, from, to });
        return { text, x: anchor === 'start' ? from : to, row, anchor };
      }
    return null;
  });
}
