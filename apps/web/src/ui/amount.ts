import { format } from 'd3-format';

/** Narrow, and no line breaks at it. */
const THIN = '\u202f';
const MINUS = '−';

/** `12.3 %` from a share of 0 to 1, with a thin space; small shares keep two digits, unseen ones say `< 0.01 %`. */
export function formatShare(share: number): string {
  const percent = Math.abs(share) * 100;
  if (percent > 0 && percent < 0.01) return `<${THIN}0.01${THIN}%`;
  const digits = percent === 0 ? 0 : percent < 1 ? 2 : percent < 99.95 ? 1 : 0;
  return `${share < 0 ? MINUS : ''}${percent.toFixed(digits)}${THIN}%`;
}

/** `+2.9 %`, `−50 %`, `0 %`, `≈ 0 %`. */
export function formatShareChange(share: number): string {
  const text = formatSigned(formatShare, share);
  return text === NEXT_TO_NOTHING ? `${text}${THIN}%` : text;
}

const NEXT_TO_NOTHING = `≈${THIN}0`;

/** A change: `+1.12`, `−0.5`, `0`, and `≈ 0` where `write` has no digits for it. */
export function formatSigned(write: (size: number) => string, value: number): string {
  const text = write(Math.abs(value));
  if (value === 0) return text;
  if (text === '0' || text.startsWith('<')) return NEXT_TO_NOTHING;
  return `${value > 0 ? '+' : MINUS}${text}`;
}

const compact = format('.3~s');
const whole = format(',d');

/** `13.7 M`, `1,204`: whole up to 99,999, then three digits and a prefix. */
export function formatCount(count: number): string {
  if (Math.abs(count) < 99_999.5) return whole(Math.round(count)).replace('-', MINUS);
  return compact(count)
    .replace(/([kMGT])$/, `${THIN}$1`)
    .replace('-', MINUS);
}

/** Three significant digits, never an exponent: `384`, `38.4`, `4.71`, `0.052`, and `<0.001` below that. */
export function formatThree(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 0.0005) return `${value < 0 ? MINUS : ''}<0.001`;
  const digits = size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.0995 ? 2 : 3;
  return `${value < 0 ? MINUS : ''}${size >= 999.5 ? whole(Math.round(size)) : size.toFixed(digits)}`;
}

/** A value of a profile type in what people pay for: cores for CPU time, bytes a second for allocations, and so on. */
export interface Amount {
  /** Stands after the number: `cores`. */
  readonly unit: string;
  /** The number without its unit. */
  readonly number: (value: number) => string;
  /** Number and unit. */
  readonly text: (value: number) => string;
}

/** `seconds` is how long the profile covers; units are those of pprof (`nanoseconds`, `bytes`, `count`, …). */
export function amountOf(unit: string, seconds: number): Amount {
  const perSecond = (value: number) => value / Math.max(seconds, 1e-9);
  if (unit === 'nanoseconds') return make('cores', (value) => formatThree(perSecond(value) / 1e9));
  if (unit === 'bytes') {
    const number = (value: number) =>
      Math.abs(value) < 1000
        ? formatThree(value)
        : compact(value)
            .replace(/([kMGT])$/, `${THIN}$1`)
            .replace('-', MINUS);
    return { unit: 'B', number, text: (value) => `${number(value)}${Math.abs(value) < 1000 ? THIN : ''}B` };
  }
  return make(unit === 'count' ? 'events' : unit, formatCount);
}

/** As amountOf, where no figure is larger than `largest`: small ones in a finer unit or with more digits, so that they can be told apart. */
export function fineAmountOf(unit: string, seconds: number, largest: number): Amount {
  const perSecond = (value: number) => value / Math.max(seconds, 1e-9);
  if (unit === 'nanoseconds' && Math.abs(perSecond(largest)) < 0.1e9)
    return make('millicores', (value) => formatThree(perSecond(value) / 1e6));
  const amount = amountOf(unit, seconds);
  return unit === 'nanoseconds' || unit === 'bytes' || Math.abs(largest) >= 100
    ? amount
    : make(amount.unit, formatThree);
}

function make(unit: string, number: (value: number) => string): Amount {
  return { unit, number, text: (value) => `${number(value)}\u00a0${unit}` };
}

/** `310 kB`. */
export function formatBytes(bytes: number): string {
  return bytes < 1000 ? `${bytes}${THIN}B` : `${format('.3~s')(bytes).replace(/([kMGT])$/, `${THIN}$1`)}B`;
}
