/** A figure to reach: at most, or at least. */
export type Target = { readonly most: number } | { readonly least: number } | null;

/** One line of a benchmark's output. */
export function print(figure: string, value: number, unit: string, target: Target = null, note?: object): void {
  const rounded = Number(value.toPrecision(4));
  console.log(JSON.stringify({ bench: 'unwind', figure, value: rounded, unit, target, ...note }));
}
