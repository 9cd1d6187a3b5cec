import { join } from 'node:path';

export const NATIVE = join(import.meta.dirname, '..', '..', '..', '..', 'native');

/** A figure to reach: at most, or at least. */
export type Target = { readonly most: number } | { readonly least: number } | null;

/** One line of a benchmark's output. What the best peer reaches was measured elsewhere: it can't be installed here. */
export function print(name: string, value: number, unit: string, target: Target = null, note?: object): void {
  const rounded = Number(value.toPrecision(4));
  console.log(
    JSON.stringify({ name: `unwind/${name}`, value: rounded, unit, peer: null, ratio: null, target, ...note }),
  );
}
