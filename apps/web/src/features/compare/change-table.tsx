'use client';

import type { FunctionChange } from '@strata/profile';
import { useEffect, useMemo, useRef, useState } from 'react';
import { formatCount } from '../../ui/amount.ts';
import { withoutArguments } from '../../ui/flame-canvas/label-fit.ts';
import { Highlighted } from '../../ui/flame-frame/highlighted.tsx';
import { rowsOf, TABS, type Tab } from './change-lists.ts';
import type { Measure } from './measure.ts';

const WORDS: Readonly<Record<Tab, string>> = { grew: 'Grew', shrank: 'Shrank', new: 'New', gone: 'Gone', all: 'All' };
/** Enough to read; the search narrows the rest. */
const ROWS_SHOWN = 400;

export interface ChangeTableProps {
  readonly changes: readonly FunctionChange[];
  readonly by: 'self' | 'total';
  readonly onBy: (by: 'self' | 'total') => void;
  readonly measure: Measure;
  readonly selected: number;
  readonly pattern: RegExp | null;
  readonly onSelect: (functionRow: number) => void;
}

/** Functions by how much they changed, each with a bar to the left (less) or right (more) of one axis. */
export function ChangeTable({ changes, by, onBy, measure, selected, pattern, onSelect }: ChangeTableProps) {
  const lists = useMemo(
    () => Object.fromEntries(TABS.map((tab) => [tab, rowsOf(tab, changes)])) as Record<Tab, FunctionChange[]>,
    [changes],
  );
  const [chosen, setChosen] = useState<Tab | null>(null);
  const tab = chosen ?? (lists.grew.length > 0 ? 'grew' : lists.shrank.length > 0 ? 'shrank' : 'all');
  const rows = pattern === null ? lists[tab] : lists[tab].filter((row) => pattern.test(row.name));
  const largest = Math.max(...lists.all.slice(0, 1).map((row) => Math.abs(row.b - row.a)), Number.MIN_VALUE);
  const holds = (name: Tab) => lists[name].some((row) => row.function === selected);
  const holder = selected < 0 || holds(tab) ? tab : (TABS.find(holds) ?? tab);
  // What was selected elsewhere is to be seen here; which tab one turns to after that is one's own choice.
  const shownFor = useRef(-1);
  useEffect(() => {
    if (shownFor.current !== selected && holder !== tab) setChosen(holder);
    shownFor.current = selected;
  }, [selected, holder, tab]);
  const body = useRef<HTMLTableSectionElement>(null);
  useEffect(() => {
    if (selected >= 0) body.current?.querySelector('[aria-current=true]')?.scrollIntoView({ block: 'nearest' });
  }, [selected]);
  return (
    <section aria-label="Functions by change" className="flex min-h-0 flex-1 flex-col">
      <div className="flex flex-wrap items-center gap-2 px-3 py-2 max-sm:gap-1">
        <div role="tablist" aria-label="Kind of change" className="flex rounded-lg bg-chip p-0.5">
          {TABS.map((name) => (
            <button
              key={name}
              type="button"
              role="tab"
              aria-selected={tab === name}
              className="rounded-md px-2.5 text-[13px] leading-7 max-sm:px-1.5 max-sm:text-[12px] whitespace-nowrap text-ink-2 aria-selected:bg-panel aria-selected:font-medium aria-selected:text-ink aria-selected:shadow-xs focus-visible:outline-2 focus-visible:outline-accent"
              onClick={() => setChosen(name)}
            >
              {WORDS[name]} <span className="tabular-nums">{formatCount(lists[name].length)}</span>
            </button>
          ))}
        </div>
        <span className="flex-1" />
        <button
          type="button"
          className="rounded-lg border border-line px-2.5 text-[12px] leading-7 text-ink-2 hover:bg-chip hover:text-ink focus-visible:outline-2 focus-visible:outline-accent"
          onClick={() => onBy(by === 'self' ? 'total' : 'self')}
          title="Self: time in the function and in what was inlined into it. Total: with everything it calls."
        >
          <span className="max-sm:sr-only">By </span>
          {by} <span aria-hidden="true">⇄</span>
        </button>
      </div>
      <section
        aria-label="Rows"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
        className="min-h-0 flex-1 overflow-auto focus-visible:outline-2 focus-visible:-outline-offset-2 focus-visible:outline-accent"
      >
        <table
          aria-label="Functions by change"
          className="w-full border-separate border-spacing-0 text-[12px] tabular-nums"
        >
          <thead>
            <tr className="text-ink-2">
              <Heading className="text-left">Function, {by}</Heading>
              <Heading className="w-16 text-right max-sm:hidden">A</Heading>
              <Heading className="w-16 text-right max-sm:hidden">B</Heading>
              <Heading className="w-40 text-right max-sm:w-36">Change, {measure.unit}</Heading>
            </tr>
          </thead>
          <tbody ref={body}>
            {rows.slice(0, ROWS_SHOWN).map((row) => (
              <tr
                key={row.function}
                aria-current={row.function === selected ? 'true' : undefined}
                className={`cursor-pointer ${row.function === selected ? 'bg-accent/10' : 'hover:bg-chip'}`}
                onClick={() => onSelect(row.function)}
              >
                <td className="max-w-0 border-b border-line py-2 pl-4">
                  <button
                    type="button"
                    title={row.name}
                    className="flex w-full items-center gap-2 rounded text-left font-mono focus-visible:outline-2 focus-visible:outline-accent"
                  >
                    <span className="truncate">
                      <Highlighted text={pattern === null ? withoutArguments(row.name) : row.name} pattern={pattern} />
                    </span>
                    {row.a === 0 && row.b > 0 && <Tag>new</Tag>}
                    {row.b === 0 && row.a > 0 && <Tag>gone</Tag>}
                  </button>
                </td>
                <td className="border-b border-line px-2 text-right whitespace-nowrap max-sm:hidden">
                  {measure.cell(row.a)}
                </td>
                <td className="border-b border-line px-2 text-right whitespace-nowrap max-sm:hidden">
                  {measure.cell(row.b)}
                </td>
                <td className="border-b border-line pr-4 pl-2">
                  <ChangeBar row={row} largest={largest} text={measure.change(row.b - row.a)} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {rows.length === 0 && (
          <p className="p-6 text-center text-[13px] text-ink-2">
            {pattern === null
              ? 'Nothing beyond sampling noise. “All” shows every function.'
              : 'No function matches the search.'}
          </p>
        )}
        {rows.length > ROWS_SHOWN && (
          <p className="p-3 text-center text-[12px] text-ink-2">
            The strongest {ROWS_SHOWN} of {formatCount(rows.length)}; search for others.
          </p>
        )}
      </section>
    </section>
  );
}

function Heading({ className, children }: { className: string; children: React.ReactNode }) {
  return (
    <th
      scope="col"
      className={`sticky top-0 z-10 h-8 border-b border-line bg-panel px-2 font-medium first:pl-4 last:pr-4 ${className}`}
    >
      {children}
    </th>
  );
}

function Tag({ children }: { children: string }) {
  return <span className="rounded bg-chip px-1.5 font-sans text-[11px] text-ink-2">{children}</span>;
}

/** The axis stands at the middle; the number on the free side. */
function ChangeBar({ row, largest, text }: { row: FunctionChange; largest: number; text: string }) {
  const change = row.b - row.a;
  const width = `${Math.max(1.5, (Math.abs(change) / largest) * 50)}%`;
  const colour = row.withinNoise ? 'bg-line-strong' : change > 0 ? 'bg-diff-more' : 'bg-diff-less';
  return (
    <span className="relative block h-5">
      {change !== 0 && (
        <span
          aria-hidden="true"
          className={`absolute top-1.5 h-2 rounded-sm ${colour} ${change > 0 ? 'left-1/2' : 'right-1/2'}`}
          style={{ width }}
        />
      )}
      <span
        className={`absolute leading-5 ${change > 0 ? 'right-1/2 mr-1' : 'left-1/2 ml-1'} ${row.withinNoise ? 'text-ink-2' : ''}`}
      >
        {text}
      </span>
    </span>
  );
}
