import { type FlameTree, type Neighbour, nameOf } from '@strata/profile';
import { formatShare } from '../../ui/amount.ts';
import { Button } from '../../ui/button.tsx';
import { withoutArguments } from '../../ui/flame-canvas/label-fit.ts';
import { inlinedWords, sourcePlace } from '../../ui/flame-frame/source-place.ts';
import { Kbd } from '../../ui/kbd.tsx';
import { ClampedName } from './clamped-name.tsx';
import type { ProfileWords } from './profile-words.ts';

const NEIGHBOURS_SHOWN = 6;

export interface InspectorProps {
  readonly tree: FlameTree;
  readonly words: ProfileWords;
  readonly node: number;
  /** Totals of the node's function everywhere in the tree. */
  readonly everywhere: { readonly self: number; readonly total: number; readonly nodes: number };
  readonly callers: readonly Neighbour[];
  readonly callees: readonly Neighbour[];
  /** Callers down: a frame has a total, and self is its function's. */
  readonly inverted: boolean;
  readonly onSelect: (neighbour: Neighbour) => void;
  readonly onZoom: (node: number) => void;
  readonly onCopy: () => void;
  readonly copied: boolean;
  /** Links below the buttons' first row, such as "Compare versions". */
  readonly actions?: React.ReactNode;
}

/** Everything about the selected frame, and about its function wherever else it is. */
export function Inspector(props: InspectorProps) {
  const { tree, words, node, everywhere, callers, callees, inverted, onSelect, onZoom, onCopy, copied, actions } =
    props;
  const row = tree.function[node]!;
  const { whole, amount } = words;
  const file = sourcePlace(tree, row);
  const binary = tree.functions.binary[row]!;
  const share = (value: number) => (whole > 0 ? value / whole : 0);
  return (
    <div className="flex flex-col gap-5 p-4 max-lg:pt-1">
      <header>
        <ClampedName key={nameOf(tree, node)} name={nameOf(tree, node)} />
        {(file !== '' || binary !== '') && (
          <p className="mt-1 font-mono text-[12px] break-all text-ink-2">
            {[file, binary].filter(Boolean).join(' · ')}
          </p>
        )}
        {tree.inlined[node] === 1 && (
          <p className="mt-1 text-[12px] text-ink-2">
            <span aria-hidden="true">↳</span> {inlinedWords(inverted)}: its time is measured, its code is its caller’s.
          </p>
        )}
      </header>
      <dl className="grid grid-cols-[auto_1fr_auto_auto] items-center gap-x-3 gap-y-1.5 text-[12px] tabular-nums">
        <Measure label="Total" share={share(tree.total[node]!)} text={amount.text(tree.total[node]!)} />
        {!inverted && <Measure label="Self" share={share(tree.self[node]!)} text={amount.text(tree.self[node]!)} />}
        {(inverted || everywhere.nodes > 1) && (
          <>
            <dt className="col-span-4 mt-2 text-[11px] text-ink-2">
              {everywhere.nodes === 1 ? 'Its one place' : `All ${everywhere.nodes} places it is called`}
            </dt>
            <Measure label="Total" share={share(everywhere.total)} text={amount.text(everywhere.total)} />
            <Measure label="Self" share={share(everywhere.self)} text={amount.text(everywhere.self)} />
          </>
        )}
      </dl>
      <div className="flex flex-wrap gap-2">
        <Action onClick={() => onZoom(node)} shortcut="↵">
          Focus
        </Action>
        <Action onClick={onCopy} shortcut="C">
          {copied ? 'Copied' : 'Copy name'}
        </Action>
        {actions}
      </div>
      <Neighbours
        title="Called by"
        list={callers}
        tree={tree}
        whole={whole}
        onSelect={onSelect}
        none="Nothing: it is where stacks begin."
      />
      <Neighbours
        title="Calls"
        list={callees}
        tree={tree}
        whole={whole}
        onSelect={onSelect}
        none="Nothing: all of it is self."
      />
    </div>
  );
}

function Measure({ label, share, text }: { label: string; share: number; text: string }) {
  return (
    <>
      <dt className="text-ink-2">{label}</dt>
      <dd aria-hidden="true" className="h-1.5 overflow-hidden rounded-full bg-chip">
        <span className="block h-full rounded-full bg-accent" style={{ width: `${Math.max(share * 100, 1)}%` }} />
      </dd>
      <dd className="text-right">{text}</dd>
      <dd className="min-w-12 text-right font-medium">{formatShare(share)}</dd>
    </>
  );
}

interface NeighboursProps {
  readonly title: string;
  readonly list: readonly Neighbour[];
  readonly tree: FlameTree;
  readonly whole: number;
  readonly onSelect: (neighbour: Neighbour) => void;
  readonly none: string;
}

function Neighbours({ title, list, tree, whole, onSelect, none }: NeighboursProps) {
  return (
    <section>
      <h3 className="mb-1 text-[11px] font-medium text-ink-2">{title}</h3>
      {list.length === 0 && <p className="text-[12px] text-ink-2">{none}</p>}
      <ul>
        {list.slice(0, NEIGHBOURS_SHOWN).map((entry) => (
          <li key={entry.function} className="border-b border-line">
            <button
              type="button"
              title={entry.function < 0 ? 'all' : tree.functions.name[entry.function]}
              className="flex w-full items-baseline gap-3 py-1.5 text-left text-[12px] hover:text-accent focus-visible:outline-2 focus-visible:outline-accent"
              onClick={() => onSelect(entry)}
            >
              <span className="min-w-0 flex-1 truncate font-mono">
                {entry.function < 0 ? 'all' : withoutArguments(tree.functions.name[entry.function]!)}
              </span>
              <span className="text-ink-2 tabular-nums">{formatShare(whole > 0 ? entry.total / whole : 0)}</span>
            </button>
          </li>
        ))}
      </ul>
      {list.length > NEIGHBOURS_SHOWN && (
        <p className="mt-1 text-[11px] text-ink-2">and {list.length - NEIGHBOURS_SHOWN} more</p>
      )}
    </section>
  );
}

/** A quiet button with its key. */
function Action({ onClick, shortcut, children }: { onClick: () => void; shortcut: string; children: React.ReactNode }) {
  return (
    <Button onClick={onClick}>
      {children}
      <Kbd>{shortcut}</Kbd>
    </Button>
  );
}
