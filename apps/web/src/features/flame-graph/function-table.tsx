'use client';

import { useMemo, useState } from 'react';
import { formatShare } from '../../ui/amount.ts';
import { Highlighted } from '../../ui/flame-frame/highlighted.tsx';

const ROW_PX = 32;
const SPARE_ROWS = 12;

/** One line of the table of functions. Values are in the profile's unit. */
export interface FunctionRow {
  readonly function: number;
  readonly name: string;
  readonly self: number;
  readonly total: number;
}

type Column = 'name' | 'self' | 'total';

export interface FunctionTableProps {
  readonly rows: readonly FunctionRow[];
  /** What 100 % is. */
  readonly whole: number;
  readonly unit: string;
  readonly write: (value: number) => string;
  readonly selected: number;
  readonly pattern: RegExp | null;
  readonly onSelect: (functionRow: number) => void;
}

/** Functions with self and total, sortable; only the rows in sight are in the document. */
export function FunctionTable({ rows, whole, unit, write, selected, pattern, onSelect }: FunctionTableProps) {
  const [sort, setSort] = useState<{ column: Column; descending: boolean }>({ column: 'self', descending: true });
  const [scroll, setScroll] = useState({ top: 0, height: 600 });
  const sorted = useMemo(() => {
    const sign = sort.descending ? -1 : 1;
    const by = sort.column;
    return [...rows].sort((a, b) =>
      by === 'name'
        ? sign * a.name.localeCompare(b.name)
        : sign * (a[by] - b[by]) || sign * (a.total - b.total) || a.name.localeCompare(b.name),
    );
  }, [rows, sort]);
  const shown = pattern === null ? sorted : sorted.filter((row) => pattern.test(row.name));
  const first = Math.max(0, Math.floor(scroll.top / ROW_PX) - SPARE_ROWS);
  const last = Math.min(shown.length, Math.ceil((scroll.top + scroll.height) / ROW_PX) + SPARE_ROWS);

  const heading = (column: Column, label: string, className: string, unit = '') => (
    <th
      scope="col"
      aria-sort={sort.column === column ? (sort.descending ? 'descending' : 'ascending') : 'none'}
      className={`sticky top-0 z-10 h-8 border-b border-line bg-ground px-3 font-medium ${className}`}
    >
      <button
        type="button"
        className="inline-flex items-center gap-1 rounded text-ink-2 hover:text-ink focus-visible:outline-2 focus-visible:outline-accent"
        onClick={() => setSort({ column, descending: sort.column === column ? !sort.descending : column !== 'name' })}
      >
        {column === 'name' && label}
        <span aria-hidden="true" className={`text-[9px] ${sort.column === column ? '' : 'invisible'}`}>
          {sort.descending ? '▼' : '▲'}
        </span>
        {column !== 'name' && (
          <span>
            {label}
            <span className="max-sm:hidden">{unit}</span>
          </span>
        )}
      </button>
    </th>
  );
  return (
    <section
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label="Functions, to scroll"
      className="h-full overflow-auto rounded-sm focus-visible:outline-2 focus-visible:outline-accent"
      onScroll={(event) => setScroll({ top: event.currentTarget.scrollTop, height: event.currentTarget.clientHeight })}
    >
      <table
        className="w-full border-separate border-spacing-0 text-[12px] tabular-nums"
        aria-label="Functions"
        aria-rowcount={shown.length + 1}
      >
        <thead>
          <tr>
            {heading('name', 'Function', 'text-left')}
            {heading('self', 'Self', 'w-36 max-sm:w-20 text-right', `, ${unit}`)}
            {heading('total', 'Total', 'w-36 max-sm:w-20 text-right', `, ${unit}`)}
          </tr>
        </thead>
        <tbody>
          {first > 0 && <Spacer rows={first} />}
          {shown.slice(first, last).map((row, i) => (
            <tr
              key={row.function}
              aria-rowindex={first + i + 2}
              aria-current={row.function === selected ? 'true' : undefined}
              className={`group cursor-pointer ${row.function === selected ? 'bg-accent/10' : 'hover:bg-chip'}`}
              style={{ height: ROW_PX }}
              onClick={() => onSelect(row.function)}
            >
              <td className="max-w-0 border-b border-line px-3">
                <button
                  type="button"
                  title={row.name}
                  className="block w-full truncate rounded text-left font-mono focus-visible:outline-2 focus-visible:outline-accent"
                >
                  <Highlighted text={row.name} pattern={pattern} />
                </button>
              </td>
              <Value value={row.self} whole={whole} write={write} />
              <Value value={row.total} whole={whole} write={write} />
            </tr>
          ))}
          {last < shown.length && <Spacer rows={shown.length - last} />}
        </tbody>
      </table>
      {shown.length === 0 && <p className="p-6 text-center text-ink-2">No function matches the search.</p>}
    </section>
  );
}

function Spacer({ rows }: { rows: number }) {
  return (
    <tr>
      <td colSpan={3} style={{ height: rows * ROW_PX, padding: 0 }} />
    </tr>
  );
}

/** The number, where there is room for it, its share, and the share as a bar below both, from the left as bars grow. */
function Value({ value, whole, write }: { value: number; whole: number; write: (value: number) => string }) {
  const share = whole > 0 ? value / whole : 0;
  return (
    <td className="relative border-b border-line px-3 text-right whitespace-nowrap">
      <span className="max-sm:hidden">{write(value)}</span>{' '}
      <span className="ml-2 inline-block w-14 text-ink-2 max-sm:ml-0">{formatShare(share)}</span>
      <span aria-hidden="true" className="absolute inset-x-3 bottom-0.5 h-[3px]">
        <span className="block h-full rounded-full bg-accent/60" style={{ width: `${Math.min(100, share * 100)}%` }} />
      </span>
    </td>
  );
}
