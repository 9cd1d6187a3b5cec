import { type DiffModel, nameOf } from '@strata/profile';
import { formatCount, formatShare } from '../../ui/amount.ts';
import type { Hit } from '../../ui/flame-canvas/flame-view.ts';
import { inlinedWords, sourcePlace } from '../../ui/flame-frame/source-place.ts';
import { type Measure, wordOf } from './measure.ts';

export interface DiffTooltipProps {
  readonly model: DiffModel;
  readonly hit: Hit;
  readonly measure: Measure;
}

/** A frame on both sides, and whether its change is more than chance. */
export function DiffTooltip({ model, hit, measure }: DiffTooltipProps) {
  if (hit.frames > 0)
    return (
      <Bubble>
        <p className="font-medium">
          {formatCount(hit.frames)} {hit.frames === 1 ? 'frame' : 'frames'}, {formatShare(hit.value / model.width[0]!)}
        </p>
        <p className="text-ink-2">In boxes under 1 px. Click to open.</p>
      </Bubble>
    );
  const change = model.change(hit.node);
  const row = model.function[hit.node]!;
  const where = [sourcePlace(model, row), model.functions.binary[row]!].filter(Boolean).join(' · ');
  const word = wordOf(change);
  return (
    <Bubble>
      <p className="font-mono font-medium break-words">{nameOf(model, hit.node)}</p>
      {hit.node > 0 && where !== '' && <p className="break-words text-ink-2">{where}</p>}
      {model.inlined[hit.node] === 1 && <p className="text-ink-2">{inlinedWords(false)}.</p>}
      <dl className="mt-1.5 grid grid-cols-[auto_1fr] gap-x-4 tabular-nums">
        <dt className="text-ink-2">A</dt>
        <dd className="text-right">{measure.text(change.a)}</dd>
        <dt className="text-ink-2">B</dt>
        <dd className="text-right">{measure.text(change.b)}</dd>
        <dt className="text-ink-2">Change</dt>
        <dd className="text-right font-medium">
          {measure.change(change.b - change.a)} {measure.unit}{' '}
          {word !== '' && <span className="font-normal">({word})</span>}
        </dd>
      </dl>
      {change.withinNoise && change.a !== change.b && <p className="mt-1 text-ink-2">Within sampling noise.</p>}
    </Bubble>
  );
}

function Bubble({ children }: { children: React.ReactNode }) {
  return (
    <div className="max-w-[min(420px,calc(100vw-16px))] min-w-52 rounded-lg border border-line bg-panel px-3 py-2 text-[12px] leading-[18px] text-ink shadow-float">
      {children}
    </div>
  );
}
