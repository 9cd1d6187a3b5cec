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

/** Steps from −1 to +1 in the diff's scale; odd, so that there are as many on each side of the middle. */
const DIFF_STEPS = 21;
const MIDDLE_STEP = (DIFF_STEPS - 1) / 2;
/** Of the full hue, in the palest step: it must not be taken for grey. */
const LEAST_HUE = 0.32;

/** Shade number of a score from −1 (gone) to +1 (new); what is within noise has one of its own, without a hue. */
export function diffShade(score: number, withinNoise: boolean): number {
  if (withinNoise) return DIFF_STEPS;
  const bounded = Math.min(1, Math.max(-1, score));
  const step = Math.round(Math.abs(bounded) * MIDDLE_STEP);
  // Never the middle: however small, a change that is sure shows its direction.
  return MIDDLE_STEP + Math.sign(bounded) * Math.max(1, step);
}

/** Fills for diffShade, from the tokens `--diff-less`, `--diff-same` and `--diff-more`. */
export function diffFills(token: (name: string) => string): Rgb[] {
  const [less, same, more] = ['--diff-less', '--diff-same', '--diff-more'].map((name) => parseColour(token(name)));
  const scale = Array.from({ length: DIFF_STEPS }, (_, i) => {
    const score = (i / (DIFF_STEPS - 1)) * 2 - 1;
    return mix(same!, score < 0 ? less! : more!, LEAST_HUE + (1 - LEAST_HUE) * Math.abs(score));
  });
  return [...scale, same!];
}
