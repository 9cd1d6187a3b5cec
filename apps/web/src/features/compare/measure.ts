import type { Change, Norm } from '@strata/profile';
import { type Amount, formatShare, formatShareChange, formatSigned, formatThree } from '../../ui/amount.ts';

/** How a norm's measure is written. */
export interface Measure {
  readonly text: (value: number) => string;
  /** Without its unit, under a heading that has it. */
  readonly cell: (value: number) => string;
  readonly change: (value: number) => string;
  /** Of a change. */
  readonly unit: string;
}

/** `amount` must cover one second: measures other than shares are per second already. */
export function measureOf(norm: Norm, amount: Amount): Measure {
  if (norm === 'share')
    return {
      text: formatShare,
      cell: formatShare,
      change: (value) => formatSigned(formatThree, value * 100),
      unit: 'points',
    };
  return {
    text: amount.text,
    cell: amount.number,
    change: (value) => formatSigned(amount.number, value),
    unit: amount.unit,
  };
}

/** `new`, `gone`, or by how much of A it changed. */
export function wordOf(change: Change): string {
  if (change.a === 0) return change.b === 0 ? '' : 'new';
  return change.b === 0 ? 'gone' : formatShareChange((change.b - change.a) / change.a);
}
