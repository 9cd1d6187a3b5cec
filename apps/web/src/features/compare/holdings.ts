import type { DiffSide } from '@strata/profile';
import { type Amount, fineAmountOf } from '../../ui/amount.ts';
import type { Diff } from './diff-columns.ts';

/** What a side turned out to hold. */
export interface Holding {
  readonly total: number;
  readonly samples: number;
  readonly amount: Amount;
}

/** What both sides hold, in one unit, so that they can be compared by eye. */
export function holdingsOf({ tree, unit, a, b }: Diff): { readonly a: Holding; readonly b: Holding } {
  const perSecond = (total: number, side: DiffSide) => total / Math.max(side.seconds, 1e-9);
  const [totalA, totalB] = [tree.totalA[0]!, tree.totalB[0]!];
  const largest = Math.max(perSecond(totalA, a), perSecond(totalB, b));
  const amount = (side: DiffSide) => fineAmountOf(unit, side.seconds, largest * side.seconds);
  return {
    a: { total: totalA, samples: a.samples, amount: amount(a) },
    b: { total: totalB, samples: b.samples, amount: amount(b) },
  };
}
