import { type FlameTree, FUNCTION_KINDS, nameOf } from '@strata/profile';
import { formatCount, formatShare } from '../../ui/amount.ts';
import type { Hit } from '../../ui/flame-canvas/flame-view.ts';
import { inlinedWords, sourcePlace } from '../../ui/flame-frame/source-place.ts';
import { KIND_WORDS } from './kind-words.ts';
import type { UnresolvedFile } from './profile-columns.ts';
import { type ProfileWords, samplesOf } from './profile-words.ts';
import { whyUnnamed } from './unnamed-frames.ts';

const UNKNOWN = FUNCTION_KINDS.indexOf('unknown');

export interface FrameTooltipProps {
  readonly tree: FlameTree;
  readonly hit: Hit;
  readonly zoom: number;
  readonly words: ProfileWords;
  /** Callers down: a node has no self of its own. */
  readonly inverted: boolean;
  readonly unresolved: readonly UnresolvedFile[];
}

/** What the pointer is over: the function, where it is from, and what it costs of all and of the zoom. */
export function FrameTooltip({ tree, hit, zoom, words, inverted, unresolved }: FrameTooltipProps) {
  const { amount, whole } = words;
  const share = (value: number, of: number) => formatShare(of > 0 ? value / of : 0);
  if (hit.frames > 0)
    return (
      <Bubble>
        <p className="font-medium">
          {formatCount(hit.frames)} {hit.frames === 1 ? 'frame' : 'frames'}, {share(hit.value, whole)}
        </p>
        <p className="text-ink-2">{amount.text(hit.value)} in boxes under 1 px. Click to open.</p>
      </Bubble>
    );
  const { node } = hit;
  const row = tree.function[node]!;
  const self = tree.self[node]!;
  const total = tree.total[node]!;
  const samples = samplesOf(words, total);
  const where = node === 0 ? [] : [sourcePlace(tree, row), tree.functions.binary[row]!, kindOf(tree, row)];
  const unnamed = node === 0 ? '' : whyUnnamed(nameOf(tree, node), unresolved);
  const source = [...new Set(where.filter((part) => part !== '' && part !== undefined))].join(' · ');
  return (
    <Bubble>
      <p className="font-mono font-medium break-words">{node === 0 ? 'all' : nameOf(tree, node)}</p>
      {source !== '' && <p className="break-words text-ink-2">{source}</p>}
      {tree.inlined[node] === 1 && <p className="text-ink-2">{inlinedWords(inverted)}.</p>}
      {unnamed !== '' && <p className="text-ink-2">{unnamed}</p>}
      <dl className="mt-1.5 grid grid-cols-[repeat(4,max-content)] gap-x-3 tabular-nums">
        <Line label="Total" value={amount.text(total)} share={share(total, whole)} />
        {!inverted && <Line label="Self" value={amount.text(self)} share={share(self, whole)} />}
      </dl>
      <p className="mt-1 text-ink-2 tabular-nums">
        {zoom > 0 && `${share(total, tree.total[zoom]!)} of the zoom`}
        {zoom > 0 && samples !== null && ' · '}
        {samples !== null && `${formatCount(samples)} samples`}
      </p>
    </Bubble>
  );
}

function kindOf(tree: FlameTree, row: number): string {
  const kind = tree.functions.kind[row]!;
  return kind === UNKNOWN ? '' : KIND_WORDS[FUNCTION_KINDS[kind]!];
}

function Line({ label, value, share }: { label: string; value: string; share: string }) {
  return (
    <>
      <dt className="text-ink-2">{label}</dt>
      <dd className="text-right font-medium">{value}</dd>
      <dd className="text-right">{share}</dd>
      <dd className="text-ink-2">of all</dd>
    </>
  );
}

function Bubble({ children }: { children: React.ReactNode }) {
  return (
    <div className="max-w-[min(420px,calc(100vw-16px))] rounded-lg border border-line bg-panel px-3 py-2 text-[12px] leading-[18px] text-ink shadow-float">
      {children}
    </div>
  );
}
