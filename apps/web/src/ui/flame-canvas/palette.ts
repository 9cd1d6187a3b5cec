/** Colours of one theme, ready for a canvas. Fills are named by shade number; what a shade means is the caller's. */
export interface Palette {
  readonly fills: readonly string[];
  /** Text on the fill of the same number. */
  readonly inks: readonly string[];
  /** Fills of what a search did not match. */
  readonly dimmed: readonly string[];
  readonly dimmedInk: string;
  /** Runs of slivers. */
  readonly folded: string;
  readonly foldedMatch: string;
  readonly ground: string;
  /** Outlines of the selected and of the hovered box. */
  readonly outline: string;
  readonly highlight: string;
  readonly font: string;
}

/** Red, green, blue from 0 to 255. */
export type Rgb = readonly [number, number, number];

/** Reads `#rgb`, `#rrggbb` and `rgb(…)`, the forms browsers hand out; black for anything else. */
export function parseColour(text: string): Rgb {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text.trim())?.[1];
  if (hex !== undefined) {
    const wide = hex.length === 3 ? [...hex].map((c) => c + c).join('') : hex;
    return [0, 2, 4].map((i) => Number.parseInt(wide.slice(i, i + 2), 16)) as unknown as Rgb;
  }
  const parts = text
    .match(/[\d.]+/g)
    ?.slice(0, 3)
    .map(Number);
  return parts?.length === 3 ? (parts as unknown as Rgb) : [0, 0, 0];
}

export const writeColour = (c: Rgb) => `rgb(${c.map(Math.round).join(',')})`;

/** `share` 0 gives `a`, 1 gives `b`. */
export function mix(a: Rgb, b: Rgb, share: number): Rgb {
  return [0, 1, 2].map((i) => a[i]! + (b[i]! - a[i]!) * share) as unknown as Rgb;
}

/** Relative luminance, WCAG 2.2. */
export function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((c) => {
    const s = c / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function contrast(a: Rgb, b: Rgb): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** Everything else of a palette follows from its fills and the theme's own colours. */
export function makePalette(fills: readonly Rgb[], token: (name: string) => string, font: string): Palette {
  const ground = parseColour(token('--ground'));
  const dark: Rgb = [20, 22, 28];
  const light: Rgb = [255, 255, 255];
  const folded = parseColour(token('--flame-folded'));
  return {
    fills: fills.map(writeColour),
    inks: fills.map((fill) => writeColour(contrast(fill, dark) >= contrast(fill, light) ? dark : light)),
    dimmed: fills.map((fill) => writeColour(mix(ground, fill, 0.22))),
    dimmedInk: writeColour(mix(parseColour(token('--ink-3')), ground, 0.15)),
    folded: writeColour(folded),
    foldedMatch: token('--flame-match'),
    ground: writeColour(ground),
    outline: token('--ink'),
    highlight: token('--accent'),
    font,
  };
}
