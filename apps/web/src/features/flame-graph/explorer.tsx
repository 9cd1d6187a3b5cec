'use client';

import {
  type CallTree,
  type FlameTree,
  functionNeighbours,
  functionTotals,
  invertTree,
  layoutTree,
  nameOf,
  nextMatch,
  nodeAt,
  pathOf,
  readPattern,
  searchTree,
} from '@strata/profile';
import { type ReactNode, useCallback, useDeferredValue, useMemo, useRef, useState } from 'react';
import { formatCount, formatShare } from '../../ui/amount.ts';
import { Button } from '../../ui/button.tsx';
import { FlameCanvas } from '../../ui/flame-canvas/flame-canvas.tsx';
import type { Hit, Picture } from '../../ui/flame-canvas/flame-view.ts';
import { useKindLook } from '../../ui/flame-canvas/use-kind-look.ts';
import { Breadcrumbs } from '../../ui/flame-frame/breadcrumbs.tsx';
import { InspectorPanel } from '../../ui/flame-frame/inspector-panel.tsx';
import { KeysDialog } from '../../ui/flame-frame/keys-dialog.tsx';
import { SearchBox } from '../../ui/flame-frame/search-box.tsx';
import { useCopy } from '../../ui/flame-frame/use-copy.ts';
import { usePainted } from '../../ui/flame-frame/use-painted.ts';
import { useShortcuts } from '../../ui/flame-frame/use-shortcuts.ts';
import { Kbd } from '../../ui/kbd.tsx';
import { SegmentedControl } from '../../ui/segmented-control.tsx';
import { FrameTooltip } from './frame-tooltip.tsx';
import { FunctionTable } from './function-table.tsx';
import { Inspector } from './inspector.tsx';
import { KindLegend } from './kind-legend.tsx';
import { Overview } from './overview.tsx';
import type { UnresolvedFile } from './profile-columns.ts';
import type { ProfileWords } from './profile-words.ts';
import type { ExplorerState } from './view-state.ts';

/** Below this share callers are not told apart when callers go down: it would be a tenth of a pixel. */
const LEAST_INVERTED_SHARE = 1 / 20_000;

/** Until the graph is on screen; then the functions are counted. */
const NO_TOTALS = { self: new Float64Array(), total: new Float64Array(), nodes: new Uint32Array() };

const NONE: readonly UnresolvedFile[] = [];

const VIEW_OPTIONS = [
  { value: 'flame', label: 'Flame' },
  { value: 'table', label: 'Table' },
  { value: 'both', label: 'Both' },
] as const;
const VIEW_OPTIONS_WITH_SOURCE = [...VIEW_OPTIONS, { value: 'source', label: 'Source' }] as const;

export interface ExplorerProps {
  /** Callees down; the view turns it round itself. */
  readonly tree: CallTree;
  readonly words: ProfileWords;
  /** Files some of whose frames have no name. */
  readonly unresolved?: readonly UnresolvedFile[] | undefined;
  readonly state: ExplorerState;
  /** Right end of the foot: where the data came from. */
  readonly source: ReactNode;
  /** In the foot: what is to be known of the data. */
  readonly hint?: ReactNode;
  /** More ways to look at all of it, beside the view. */
  readonly tools?: ReactNode;
  /** Lines of a function, or of none (−1); left out where they cannot be asked for. */
  readonly sourceOf?: (functionRow: number) => ReactNode;
  /** More actions on the selected frame. */
  readonly actions?: ReactNode;
}

/** The flame graph with everything around it that reads one tree: search, zoom, table, inspector, keys, foot. */
export function Explorer({
  tree: upright,
  words,
  unresolved = NONE,
  state,
  source,
  hint,
  tools,
  sourceOf,
  actions,
}: ExplorerProps) {
  const { inverted, find, set } = state;
  const view = state.view === 'source' && sourceOf === undefined ? 'flame' : state.view;
  const tree = useMemo(
    () => layoutTree(inverted ? invertTree(upright, upright.total[0]! * LEAST_INVERTED_SHARE) : upright),
    [upright, inverted],
  );
  const wantedZoom = nodeAt(tree, state.root);
  const zoom = Math.max(0, wantedZoom);
  // Until something is chosen or let go, the zoomed frame of the address is what one looks at.
  const [chosenPath, setSelectedPath] = useState<readonly string[] | null | undefined>(undefined);
  const selectedPath = chosenPath === undefined ? state.root : chosenPath;
  const selected = useMemo(() => (selectedPath === null ? -1 : nodeAt(tree, selectedPath)), [tree, selectedPath]);
  const [folded, setFolded] = useState({ frames: 0, value: 0 });
  const [showKeys, setShowKeys] = useState(false);
  const searchInput = useRef<HTMLInputElement>(null);
  const { copy, copied } = useCopy();

  const pattern = useMemo(() => readPattern(find), [find]);
  const regex = useDeferredValue(pattern !== null && 'regex' in pattern ? pattern.regex : null);
  const result = useMemo(() => (regex === null ? null : searchTree(tree, regex)), [tree, regex]);

  const look = useKindLook(tree, inverted);
  const selectedFunction = selected > 0 ? tree.function[selected]! : -1;
  const picture = useMemo<Picture>(
    () => ({ layout: tree, look, zoom, selected, found: result, functionRow: -1 }),
    [tree, look, zoom, selected, result],
  );

  const select = useCallback((node: number) => setSelectedPath(node > 0 ? pathOf(tree, node) : null), [tree]);
  const selectFunction = (row: number) => select(widestNode(tree, row));
  const zoomTo = useCallback((node: number) => set({ root: pathOf(tree, node) }), [tree, set]);
  const goToMatch = (direction: 1 | -1) => {
    if (result === null) return;
    const node = nextMatch(result, Math.max(selected, 0), direction);
    if (node < 0) return;
    if (!(node >= zoom && node < tree.end[zoom]!)) zoomTo(0);
    select(node);
  };
  useShortcuts([
    ['/', () => searchInput.current?.focus()],
    ['n', () => goToMatch(1)],
    ['N', () => goToMatch(-1)],
    ['c', () => selected > 0 && copy(nameOf(tree, selected))],
    ['?', () => setShowKeys(true)],
  ]);

  const painted = usePainted();
  const totals = useMemo(() => (painted ? functionTotals(upright) : NO_TOTALS), [upright, painted]);
  const rows = useMemo(
    () =>
      Array.from(totals.nodes, (nodes, i) => ({
        function: i,
        name: tree.functions.name[i]!,
        self: totals.self[i]!,
        total: totals.total[i]!,
        nodes,
      })).filter((row) => row.nodes > 0),
    [totals, tree.functions],
  );
  const neighbours = useMemo(
    () => (selectedFunction < 0 ? { callers: [], callees: [] } : functionNeighbours(upright, selectedFunction)),
    [upright, selectedFunction],
  );

  const describe = useCallback(
    (node: number) => {
      const share = formatShare(words.whole > 0 ? tree.total[node]! / words.whole : 0);
      const inlined = tree.inlined[node] === 1 ? ', inlined' : '';
      return `${nameOf(tree, node)}${inlined}, total ${words.amount.text(tree.total[node]!)}, ${share}`;
    },
    [tree, words],
  );
  const tooltip = useCallback(
    (hit: Hit) => (
      <FrameTooltip tree={tree} hit={hit} zoom={zoom} words={words} inverted={inverted} unresolved={unresolved} />
    ),
    [tree, zoom, words, inverted, unresolved],
  );

  const graph = (
    <FlameCanvas
      picture={picture}
      label="Flame graph"
      describe={describe}
      tooltip={tooltip}
      onZoom={zoomTo}
      onSelect={select}
      onFolded={(frames, value) => setFolded({ frames, value })}
    />
  );
  const table = (
    <FunctionTable
      rows={rows}
      whole={words.whole}
      unit={words.amount.unit}
      write={words.amount.number}
      selected={selectedFunction}
      pattern={regex}
      onSelect={selectFunction}
    />
  );
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex min-h-0 flex-1">
        <section aria-label="Profile" className="flex min-h-0 min-w-0 flex-1 flex-col px-4 pt-2">
          <div className="relative flex flex-wrap items-center gap-3 py-0.5 max-sm:gap-1.5">
            <SegmentedControl
              label="View"
              options={sourceOf === undefined ? VIEW_OPTIONS : VIEW_OPTIONS_WITH_SOURCE}
              value={view}
              onValue={(next) => set({ view: next })}
            />
            <button
              type="button"
              aria-pressed={inverted}
              className="h-8 rounded-lg border border-line bg-panel px-3 text-[13px] whitespace-nowrap hover:bg-chip aria-pressed:border-accent aria-pressed:text-accent focus-visible:outline-2 focus-visible:outline-accent"
              onClick={() => set({ inverted: !inverted, root: [] })}
            >
              <span aria-hidden="true">⇅</span> <span className="max-sm:sr-only">Callers down</span>
            </button>
            {tools}
            <span className="flex-1 max-sm:hidden" />
            <SearchBox
              text={find}
              onText={(text) => set({ find: text })}
              pattern={pattern}
              result={result}
              whole={words.whole}
              onNext={goToMatch}
              input={searchInput}
            />
          </div>
          <div className="flex items-center gap-2 py-1">
            <Breadcrumbs tree={tree} zoom={zoom} onZoom={zoomTo} />
            {wantedZoom < 0 && (
              <p role="status" className="rounded-md bg-chip px-2 text-[12px] leading-6 text-ink-2">
                The zoomed frame <b className="font-medium">{state.root.at(-1)}</b> is not in this range: all is shown.
              </p>
            )}
          </div>
          <div
            className={`grid min-h-0 flex-1 gap-4 ${view === 'both' || view === 'source' ? 'lg:grid-cols-2 max-lg:grid-rows-2' : ''}`}
          >
            {(view === 'table' || view === 'both') && <div className="min-h-0 min-w-0">{table}</div>}
            {view !== 'table' && <div className="min-h-0 min-w-0">{graph}</div>}
            {view === 'source' && <div className="min-h-0 min-w-0 pb-2">{sourceOf?.(selectedFunction)}</div>}
          </div>
        </section>
        <InspectorPanel
          open={selected > 0}
          title={selected > 0 ? nameOf(tree, selected) : ''}
          onClose={() => select(0)}
        >
          {selected > 0 ? (
            <Inspector
              tree={tree}
              words={words}
              node={selected}
              everywhere={{
                self: totals.self[selectedFunction] ?? 0,
                total: totals.total[selectedFunction] ?? 0,
                nodes: totals.nodes[selectedFunction] ?? 0,
              }}
              callers={neighbours.callers}
              callees={neighbours.callees}
              inverted={inverted}
              onSelect={(entry) => (inverted ? selectFunction(entry.function) : select(entry.node))}
              onZoom={zoomTo}
              onCopy={() => copy(nameOf(tree, selected))}
              copied={copied}
              actions={
                <>
                  {sourceOf !== undefined && view !== 'source' && (
                    <Button onClick={() => set({ view: 'source' })}>Source</Button>
                  )}
                  {actions}
                </>
              }
            />
          ) : (
            <Overview rows={rows} words={words} onSelect={selectFunction} />
          )}
        </InspectorPanel>
      </div>
      <footer className="flex min-h-7 shrink-0 items-center gap-x-4 max-sm:flex-wrap max-sm:py-1 border-t border-line px-4 text-[12px] whitespace-nowrap text-ink-2">
        <span className="truncate tabular-nums">
          {folded.frames > 0 && view !== 'table' ? (
            <>
              Grey boxes:{' '}
              <b className="font-medium text-ink">
                {formatCount(folded.frames)} frames under 1 px,{' '}
                {formatShare(words.whole > 0 ? folded.value / words.whole : 0)}
              </b>
            </>
          ) : (
            `${formatCount(tree.depth.length - 1)} frames`
          )}
        </span>
        {view !== 'table' && <KindLegend kinds={tree.functions.kind} inlined={tree.inlined} />}
        <span className="flex-1" />
        <button
          type="button"
          className="flex items-center gap-1 rounded hover:text-ink focus-visible:outline-2 focus-visible:outline-accent max-sm:hidden"
          onClick={() => setShowKeys(true)}
        >
          <Kbd>?</Kbd> keys
        </button>
        {hint}
        {source}
      </footer>
      {showKeys && <KeysDialog onClose={() => setShowKeys(false)} />}
    </div>
  );
}

function widestNode(tree: FlameTree, row: number): number {
  let widest = -1;
  for (let node = 1; node < tree.function.length; node++)
    if (tree.function[node] === row && (widest < 0 || tree.total[node]! > tree.total[widest]!)) widest = node;
  return widest;
}
