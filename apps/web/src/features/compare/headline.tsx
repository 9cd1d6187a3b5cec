import { type DiffSide, type DiffTree, type FunctionChange, type Norm, totalChangeError } from '@strata/profile';
import { withoutArguments } from '../../ui/flame-canvas/label-fit.ts';
import { explain, largestChange } from './change-lists.ts';
import { wordsOfChange, wordsOfFunction } from './change-words.ts';
import type { Measure } from './measure.ts';

export interface HeadlineProps {
  readonly tree: DiffTree;
  readonly unit: string;
  readonly a: DiffSide;
  readonly b: DiffSide;
  /** Of functions, by self. */
  readonly changes: readonly FunctionChange[];
  readonly norm: Norm;
  readonly measure: Measure;
  readonly onSelect: (functionRow: number) => void;
}

/** The function that changed most, then the whole in what is paid for: with how sure it is, and whether few functions explain it. */
export function Headline({ tree, unit, a, b, changes, norm, measure, onSelect }: HeadlineProps) {
  const largest = largestChange(changes);
  return (
    <div className="min-w-0 py-0.5 tabular-nums">
      {largest === null ? (
        <h2 className="text-[13px] leading-5 font-semibold">No function changed by more than chance</h2>
      ) : (
        <LargestChange row={largest} measure={measure} onSelect={onSelect} />
      )}
      <Whole tree={tree} unit={unit} a={a} b={b} changes={changes} norm={norm} />
    </div>
  );
}

interface LargestChangeProps {
  readonly row: FunctionChange;
  readonly measure: Measure;
  readonly onSelect: (functionRow: number) => void;
}

function LargestChange({ row, measure, onSelect }: LargestChangeProps) {
  const { change, detail } = wordsOfFunction(row, measure);
  const grew = row.b > row.a;
  return (
    <h2 className="flex flex-wrap items-baseline gap-x-2 text-[13px] leading-5 font-semibold">
      <button
        type="button"
        title={row.name}
        className="max-w-full truncate rounded font-mono hover:underline focus-visible:outline-2 focus-visible:outline-accent"
        onClick={() => onSelect(row.function)}
      >
        {withoutArguments(row.name)}
      </button>
      <span className={grew ? 'text-bad' : 'text-good'}>{change}</span>
      <span className="font-normal text-ink-2">{detail}</span>
    </h2>
  );
}

function Whole({ tree, unit, a, b, changes, norm }: Omit<HeadlineProps, 'measure' | 'onSelect'>) {
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
    <p className="text-[12px] leading-4 text-ink-2">
      All: <b className={`font-medium ${tone}`}>{words.change}</b> ({words.detail})
      {!certain && change !== 0 && ', no more than chance'}
      {explained !== null &&
        `; ${explained.functions === 1 ? '1 function explains' : `${explained.functions} functions explain`} ${Math.round(explained.share * 100)}\u202f%`}
    </p>
  );
}
