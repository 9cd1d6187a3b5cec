import { FUNCTION_KINDS, type FunctionTable, hashName } from '@strata/profile';
import { mix, parseColour, type Rgb } from './palette.ts';

const SHADES_PER_KIND = 3;

/** Shade number of every function: its kind's hue, one of three shades by name, so that neighbours differ. */
export function kindShades(functions: FunctionTable): Uint8Array {
  const shades = new Uint8Array(functions.name.length);
  for (let i = 0; i < shades.length; i++)
    shades[i] = functions.kind[i]! * SHADES_PER_KIND + (hashName(functions.name[i]!) % SHADES_PER_KIND);
  return shades;
}

/** The shade of the root, which is no function. */
export const ROOT_SHADE = FUNCTION_KINDS.length * SHADES_PER_KIND;

/** Fills for kindShades and the root, from the tokens `--flame-KIND` and `--flame-root`. */
export function kindFills(token: (name: string) => string): Rgb[] {
  const light = parseColour('#ffffff');
  const dark = parseColour('#000000');
  const fills = FUNCTION_KINDS.flatMap((kind) => {
    const base = parseColour(token(`--flame-${kind}`));
    return [base, mix(base, light, 0.22), mix(base, dark, 0.07)];
  });
  return [...fills, parseColour(token('--flame-root'))];
}

/** Steps from −1 to +1 in the diff's scale; odd, so that the middle one is neutral. */
const DIFF_STEPS = 21;

/** Shade number of a score from −1 (gone) to +1 (new); those within noise have their own, pale shades. */
export function diffShade(score: number, withinNoise: boolean): number {
  const bounded = Math.min(1, Math.max(-1, score));
  return Math.round(((bounded + 1) / 2) * (DIFF_STEPS - 1)) + (withinNoise ? DIFF_STEPS : 0);
}

/** Fills for diffShade, from the tokens `--diff-less`, `--diff-same` and `--diff-more`. */
export function diffFills(token: (name: string) => string): Rgb[] {
  const [less, same, more] = ['--diff-less', '--diff-same', '--diff-more'].map((name) => parseColour(token(name)));
  const scale = Array.from({ length: DIFF_STEPS }, (_, i) => {
    const score = (i / (DIFF_STEPS - 1)) * 2 - 1;
    // The root makes small changes visible: ±0.1 is a quarter more or less.
    return mix(same!, score < 0 ? less! : more!, Math.abs(score) ** 0.7);
  });
  return [...scale, ...scale.map((fill) => mix(same!, fill, 0.22))];
}
