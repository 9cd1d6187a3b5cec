'use client';

import {
  type DiffSide,
  type DiffTree,
  modelDiff,
  nameOf,
  nextMatch,
  nodeAt,
  noiseFloor,
  pathOf,
  readPattern,
  searchTree,
} from '@strata/profile';
import { type ReactNode, useCallback, useDeferredValue, useMemo, useRef, useState } from 'react';
import { fineAmountOf, formatCount, formatShare } from '../../ui/amount.ts';
import { FlameCanvas } from '../../ui/flame-canvas/flame-canvas.tsx';
import type { Hit, Picture } from '../../ui/flame-canvas/flame-view.ts';
import { Breadcrumbs } from '../../ui/flame-frame/breadcrumbs.tsx';
import { KeysDialog } from '../../ui/flame-frame/keys-dialog.tsx';
import { SearchBox } from '../../ui/flame-frame/search-box.tsx';
import { useCopy } from '../../ui/flame-frame/use-copy.ts';
import { useShortcuts } from '../../ui/flame-frame/use-shortcuts.ts';
import { Kbd } from '../../ui/kbd.tsx';
import { SegmentedControl } from '../../ui/segmented-control.tsx';
import { rowsOf } from './change-lists.ts';
import { ChangeTable } from './change-table.tsx';
import type { DiffState } from './diff-state.ts';
import { DiffTooltip } from './diff-tooltip.tsx';
import { Headline } from './headline.tsx';
import { Legend } from './legend.tsx';
import { measureOf, wordOf } from './measure.ts';
import { NORM_OPTIONS } from './norm-options.ts';
import { useDiffLook } from './use-diff-look.ts';

export interface DiffExplorerProps {
  readonly tree: DiffTree;
  /** Unit of the profile type, such as `nanoseconds`. */
  readonly unit: string;
  readonly a: DiffSide;
  readonly b: DiffSide;
  readonly state: DiffState;
  readonly source: ReactNode;
  /** More ways to look at all of it. */
  readonly tools?: ReactNode;
}

/** One graph for two profiles, and the functions by change beside it. */
export function DiffExplorer({ tree, unit, a, b, state, source, tools }: DiffExplorerProps) {
  const { norm, find, set } = state;
  const model = useMemo(() => modelDiff(tree, norm, a, b), [tree, norm, a, b]);
  const measure = useMemo(() => {
    const largest = Math.max(tree.totalA[0]! / Math.max(a.seconds, 1e-9), tree.totalB[0]! / Math.max(b.seconds, 1e-9));
    return measureOf(norm, fineAmountOf(unit, 1, largest));
  }, [norm, unit, tree, a, b]);
  const wantedZoom = nodeAt(model, state.root);
  const zoom = Math.max(0, wantedZoom);
  const [selectedPath, setSelectedPath] = useState<readonly string[] | null>(null);
  const selected = useMemo(() => (selectedPath === null ? -1 : nodeAt(model, selectedPath)), [model, selectedPath]);
  const [functionName, setFunctionName] = useState<string | null>(null);
  const functionRow = functionName === null ? -1 : model.functions.name.indexOf(functionName);
  const [by, setBy] = useState<'self' | 'total'>('self');
  const [folded, setFolded] = useState({ frames: 0, value: 0 });
  const [showKeys, setShowKeys] = useState(false);
  const searchInput = useRef<HTMLInputElement>(null);
  const { copy } = useCopy();

  const pattern = useMemo(() => readPattern(find), [find]);
  const regex = useDeferredValue(pattern !== null && 'regex' in pattern ? pattern.regex : null);
  const found = useMemo(() => (regex === null ? null : searchTree(model, regex)), [model, regex]);
  const look = useDiffLook(model);
  const picture = useMemo<Picture>(
    () => ({ layout: model, look, zoom, selected, found, functionRow }),
    [model, look, zoom, selected, found, functionRow],
  );
  const selfChanges = useMemo(() => model.functionChanges('self'), [model]);
  const changes = useMemo(() => (by === 'self' ? selfChanges : model.functionChanges(by)), [model, by, selfChanges]);

  const select = useCallback(
    (node: number) => {
      setSelectedPath(node > 0 ? pathOf(model, node) : null);
      setFunctionName(node > 0 ? nameOf(model, node) : null);
    },
    [model],
  );
  const zoomTo = useCallback((node: number) => set({ root: pathOf(model, node) }), [model, set]);
  const selectFunction = (row: number) => {
    setSelectedPath(null);
    setFunctionName(row === functionRow ? null : model.functions.name[row]!);
  };
  const goToMatch = (direction: 1 | -1) => {
    if (found === null) return;
    const node = nextMatch(found, Math.max(selected, 0), direction);
    if (node < 0) return;
    if (!(node >= zoom && node < model.end[zoom]!)) zoomTo(0);
    select(node);
  };
  const goToChange = (direction: 1 | -1) => {
    const rows = rowsOf('all', changes).filter((row) => !row.withinNoise);
    if (rows.length === 0) return;
    const at = rows.findIndex((row) => row.function === functionRow);
    const next = rows[at < 0 ? 0 : (at + direction + rows.length) % rows.length]!;
    setSelectedPath(null);
    setFunctionName(next.name);
  };
  useShortcuts([
    ['/', () => searchInput.current?.focus()],
    ['n', () => goToMatch(1)],
    ['N', () => goToMatch(-1)],
    ['j', () => goToChange(1)],
    ['k', () => goToChange(-1)],
    ['c', () => functionName !== null && copy(functionName)],
    ['?', () => setShowKeys(true)],
  ]);

  const describe = useCallback(
    (node: number) => {
      const change = model.change(node);
      const word = wordOf(change);
      const inlined = model.inlined[node] === 1 ? ', inlined' : '';
      return `${nameOf(model, node)}${inlined}, A ${measure.text(change.a)}, B ${measure.text(change.b)}${word === '' ? '' : `, ${word}`}`;
    },
    [model, measure],
  );
  const tooltip = useCallback(
    (hit: Hit) => <DiffTooltip model={model} hit={hit} measure={measure} />,
    [model, measure],
  );
  const floor = `${measure.change(noiseFloor(norm, 0.01, tree, a, b)).replace('+', '')} ${measure.unit}`;
  return (
    <div className="flex min-h-0 flex-1 flex-col max-lg:flex-none">
      <div className="flex min-h-0 flex-1 flex-col lg:grid lg:grid-cols-[minmax(0,1fr)_460px] lg:grid-rows-[auto_minmax(0,1fr)] xl:grid-cols-[minmax(0,1fr)_560px]">
        <div className="flex items-center gap-x-3 gap-y-2 px-4 pt-2 max-lg:flex-wrap">
          <div className="min-w-0 flex-1 max-lg:basis-full">
            <Headline
              tree={tree}
              unit={unit}
              a={a}
              b={b}
              changes={selfChanges}
              norm={norm}
              measure={measure}
              onSelect={selectFunction}
            />
          </div>
          <div className="relative flex items-center gap-2 max-lg:w-full max-lg:pb-2">
            <span className="lg:hidden">
              <SegmentedControl
                label="Measure"
                options={NORM_OPTIONS}
                value={norm}
                onValue={(next) => set({ norm: next })}
              />
            </span>
            <span className="flex-1 lg:hidden max-sm:hidden" />
            <SearchBox
              text={find}
              onText={(text) => set({ find: text })}
              pattern={pattern}
              result={found}
              whole={model.width[0]!}
              onNext={goToMatch}
              input={searchInput}
            />
          </div>
        </div>
        <section
          aria-label="Difference"
          className="flex min-h-0 min-w-0 flex-col px-4 max-lg:order-last max-lg:h-[480px] max-lg:flex-none max-lg:border-t max-lg:border-line max-lg:pt-1"
        >
          <div className="flex items-center gap-2 py-1 max-sm:flex-wrap">
            <Breadcrumbs tree={model} zoom={zoom} onZoom={zoomTo} />
            {tools !== undefined && <span className="order-last ml-auto flex gap-2 max-sm:basis-full">{tools}</span>}
            {wantedZoom < 0 && (
              <p role="status" className="truncate rounded-md bg-chip px-2 text-[12px] leading-6 text-ink-2">
                The zoomed frame <b className="font-medium">{state.root.at(-1)}</b> is on neither side: all is shown.
              </p>
            )}
          </div>
          <div className="min-h-0 flex-1">
            <FlameCanvas
              picture={picture}
              label="Difference flame graph"
              describe={describe}
              tooltip={tooltip}
              onZoom={zoomTo}
              onSelect={select}
              onFolded={(frames, value) => setFolded({ frames, value })}
            />
          </div>
          <Legend />
        </section>
        <aside
          aria-label="Changes"
          className="flex min-h-0 flex-col border-line bg-panel max-lg:max-h-[44vh] max-lg:border-t lg:col-start-2 lg:row-span-2 lg:row-start-1 lg:border-l"
        >
          <ChangeTable
            changes={changes}
            by={by}
            onBy={setBy}
            measure={measure}
            selected={functionRow}
            pattern={regex}
            onSelect={selectFunction}
          />
        </aside>
      </div>
      <footer className="flex min-h-7 shrink-0 items-center gap-4 border-t border-line px-4 text-[12px] whitespace-nowrap text-ink-2 max-sm:py-1.5">
        <span className="truncate max-sm:whitespace-normal">
          At these sample counts, changes under {floor} of a function worth 1{'\u202f'}% are within noise.
          {folded.frames > 0 &&
            ` Grey boxes: ${formatCount(folded.frames)} frames under 1 px, ${formatShare(folded.value / model.width[0]!)}.`}
        </span>
        <span className="flex-1" />
        <button
          type="button"
          className="flex items-center gap-1 rounded hover:text-ink focus-visible:outline-2 focus-visible:outline-accent max-sm:hidden"
          onClick={() => setShowKeys(true)}
        >
          <Kbd>J</Kbd>
          <Kbd>K</Kbd> next change
          <Kbd>?</Kbd> keys
        </button>
        {source}
      </footer>
      {showKeys && <KeysDialog more={[['j k', 'Next, previous change']]} onClose={() => setShowKeys(false)} />}
    </div>
  );
}
