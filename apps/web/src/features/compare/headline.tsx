import { type DiffSide, type DiffTree, type FunctionChange, type Norm, totalChangeError } from '@strata/profile';
import { explain } from './change-lists.ts';
import { wordsOfChange } from './change-words.ts';

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
  const words = wordsOfChange(unit, before, after, error);
  const certain = Math.abs(change) > error;
  const explained =
    norm === 'share' || !certain
      ? null
      : explain(
          changes,
          changes.reduce((sum, row) => sum + row.b - row.a, 0),
        );
  const tone = !certain ? 'text-ink-2' : change > 0 ? 'text-bad' : 'text-good';
  return (
    <h2 className="py-1.5 text-[13px] leading-5 font-semibold tabular-nums">
      {words.change} <span className={`font-medium ${tone}`}>({words.detail})</span>
      {!certain && change !== 0 && <span className="ml-2 font-normal text-ink-2">no more than chance</span>}
      {explained !== null && (
        <span className="ml-2 font-normal text-ink-2">
          {explained.functions === 1 ? '1 function explains' : `${explained.functions} functions explain`}{' '}
          {Math.round(explained.share * 100)} %
        </span>
      )}
    </h2>
  );
}
