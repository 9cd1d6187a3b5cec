import { type DiffSide, type DiffTree, type FunctionChange, type Norm, totalChangeError } from '@strata/profile';
import { amountOf, formatShareChange } from '../../ui/amount.ts';
import { explain } from './change-lists.ts';

export interface HeadlineProps {
  readonly tree: DiffTree;
  readonly unit: string;
  readonly a: DiffSide;
  readonly b: DiffSide;
  readonly changes: readonly FunctionChange[];
  readonly norm: Norm;
}

/** The change of the whole in what is paid for, with how sure it is, and whether few functions explain it. */
export function Headline({ tree, unit, a, b, changes, norm }: HeadlineProps) {
  const perSecond = (total: number, side: DiffSide) => total / Math.max(side.seconds, 1e-9);
  const before = perSecond(tree.totalA[0]!, a);
  const after = perSecond(tree.totalB[0]!, b);
  const change = after - before;
  const error = totalChangeError(tree, a, b);
  const amount = amountOf(unit, 1);
  const signed = (value: number) => (value > 0 ? `+${amount.number(value)}` : amount.number(value));
  const certain = Math.abs(change) > error;
  const explained =
    norm === 'share'
      ? null
      : explain(
          changes,
          changes.reduce((sum, row) => sum + row.b - row.a, 0),
        );
  const tone = !certain ? 'text-ink-2' : change > 0 ? 'text-bad' : 'text-good';
  return (
    <h2 className="text-[13px] leading-8 font-semibold tabular-nums">
      {signed(change)} {amount.unit}
      {unit === 'nanoseconds' ? '' : ' a second'}{' '}
      <span className={`font-medium ${tone}`}>
        ({before > 0 && `${formatShareChange(change / before)}, `}95 % interval {signed(change - error)} …{' '}
        {signed(change + error)})
      </span>
      {!certain && <span className="ml-2 font-normal text-ink-2">no more than chance</span>}
      {explained !== null && (
        <span className="ml-2 font-normal text-ink-2">
          {explained.functions === 1 ? '1 function explains' : `${explained.functions} functions explain`}{' '}
          {Math.round(explained.share * 100)} %
        </span>
      )}
    </h2>
  );
}
