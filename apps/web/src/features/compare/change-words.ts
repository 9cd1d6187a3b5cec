import type { Change } from '@strata/profile';
import { fineAmountOf, formatShareChange, formatSigned } from '../../ui/amount.ts';
import { type Measure, wordOf } from './measure.ts';

export interface ChangeWords {
  /** `+1.12 cores`, or `No change`. */
  readonly change: string;
  /** `+2.9 %, 95 % interval +1.08 … +1.16`. */
  readonly detail: string;
}

/** Of a function: `+21.7 points`, and `8.3 % → 29.9 %, +262 %`. */
export function wordsOfFunction(row: Change, measure: Measure): ChangeWords {
  return {
    change: `${measure.change(row.b - row.a)} ${measure.unit}`,
    detail: `${measure.cell(row.a)} → ${measure.cell(row.b)}, ${wordOf(row)}`,
  };
}

/** The change of a whole from `before` to `after`, both per second, and how sure it is: ± `error`. */
export function wordsOfChange(unit: string, before: number, after: number, error: number): ChangeWords {
  const change = after - before;
  const amount = fineAmountOf(unit, 1, Math.abs(change) + error);
  // The prefix of bytes belongs to their unit, and each figure may have another.
  const signed = (value: number) => formatSigned(unit === 'bytes' ? amount.text : amount.number, value);
  const what = `${unit === 'bytes' ? '' : ` ${amount.unit}`}${unit === 'nanoseconds' ? '' : ' a second'}`;
  const interval = `95 % interval ${signed(change - error)} … ${signed(change + error)}`;
  if (!/[1-9]/.test(signed(change))) return { change: 'No change', detail: `${interval}${what}` };
  const share = before > 0 ? `${formatShareChange(change / before)}, ` : '';
  return { change: `${signed(change)}${what}`, detail: `${share}${interval}` };
}
