/** Where a marker's label stands: `x` is the edge next to its line, `row` 0 the top. */
export interface MarkerLabel {
  readonly text: string;
  readonly x: number;
  readonly row: number;
  readonly anchor: 'start' | 'end';
}

/** Pixels of an 11 px character; the widest of a version are about this wide. */
export const CHARACTER_PX = 6.8;
const GAP_PX = 6;
const ROWS = 2;
const MOST_CHARACTERS = 20;

/**
 * Labels beside their lines: to the right, else to the left, else a row lower, and none where even that would cover
 * another. Earlier markers of the list have the first choice. `reserved` pixels at the left of the top row are taken.
 */
export function placeLabels(
  markers: readonly { readonly x: number; readonly label: string }[],
  width: number,
  reserved: number,
): (MarkerLabel | null)[] {
  const taken: { row: number; from: number; to: number }[] = [{ row: 0, from: 0, to: reserved }];
  return markers.map(({ x, label }) => {
    const text = label.length > MOST_CHARACTERS ? `${label.slice(0, MOST_CHARACTERS - 1)}…` : label;
    const length = text.length * CHARACTER_PX;
    for (let row = 0; row < ROWS; row++)
      for (const anchor of ['start', 'end'] as const) {
        const from = anchor === 'start' ? x + GAP_PX : x - GAP_PX - length;
        const to = from + length;
        const free = taken.every(
          (other) => other.row !== row || to + GAP_PX <= other.from || other.to + GAP_PX <= from,
        );
        if (from < 0 || to > width || !free) continue;
        taken.push({ row, from, to });
        return { text, x: anchor === 'start' ? from : to, row, anchor };
      }
    return null;
  });
}
