import type { Ref } from 'react';
import { formatShare } from '../../ui/amount.ts';
import type { ProfileWords } from './profile-words.ts';
import type { SourceRow } from './source-rows.ts';

export interface LineTableProps {
  readonly rows: readonly SourceRow[];
  readonly words: ProfileWords;
  /** Address of a line, or `null`. */
  readonly linkOf: (line: number) => string | null;
  /** Where the text is from; `null` while there is none. */
  readonly from: string | null;
  readonly ref: Ref<HTMLDivElement>;
}

/** Lines with self and total, a bar as long as the total behind them. */
export function LineTable({ rows, words, linkOf, from, ref }: LineTableProps) {
  const most = Math.max(Number.MIN_VALUE, ...rows.map((row) => ('line' in row ? row.total : 0)));
  return (
    <section
      ref={ref}
      aria-label="Source lines, to scroll"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      className="min-h-0 flex-1 overflow-auto focus-visible:outline-2 focus-visible:-outline-offset-2 focus-visible:outline-accent"
    >
      <table
        aria-label="Source lines"
        className="w-full border-separate border-spacing-0 font-mono text-[12px] leading-5 tabular-nums"
      >
        <thead className="font-sans text-[11px] text-ink-2">
          <tr>
            <Heading className="w-16 text-right">Self</Heading>
            <Heading className="w-16 text-right">Total</Heading>
            <Heading className="w-14 text-right">Line</Heading>
            <Heading className="pl-4 text-left">{from === null ? '' : 'Source'}</Heading>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) =>
            'skipped' in row ? (
              <tr key={`before ${row.before}`} className="text-ink-3">
                <td colSpan={3} className="border-y border-line bg-chip" />
                <td className="border-y border-line bg-chip pl-4 font-sans text-[11px] text-ink-2">
                  {row.skipped} {row.skipped === 1 ? 'line' : 'lines'} without samples
                </td>
              </tr>
            ) : (
              <tr key={row.line} data-line={row.line} className={row.total > 0 ? '' : 'text-ink-2'}>
                <Value value={row.self} words={words} />
                <Value value={row.total} words={words} />
                <td className="px-2 text-right align-top text-ink-2">
                  <LineNumber line={row.line} href={linkOf(row.line)} />
                </td>
                <td className="relative pr-3 pl-4">
                  {row.total > 0 && (
                    <span
                      aria-hidden="true"
                      className="absolute inset-y-0 left-0 border-l-2 border-accent bg-accent/10"
                      style={{ width: `${(row.total / most) * 100}%` }}
                    />
                  )}
                  <code className="relative whitespace-pre [font-variant-ligatures:none] [tab-size:4]">
                    {row.text ?? ''}
                  </code>
                </td>
              </tr>
            ),
          )}
        </tbody>
      </table>
    </section>
  );
}

function Heading({ className, children }: { readonly className: string; readonly children: string }) {
  return (
    <th scope="col" className={`sticky top-0 z-10 h-7 border-b border-line bg-panel px-2 font-medium ${className}`}>
      {children}
    </th>
  );
}

function Value({ value, words }: { readonly value: number; readonly words: ProfileWords }) {
  return (
    <td
      className="px-2 text-right align-top whitespace-nowrap"
      title={value > 0 ? words.amount.text(value) : undefined}
    >
      {value > 0 && formatShare(words.whole > 0 ? value / words.whole : 0)}
    </td>
  );
}

function LineNumber({ line, href }: { readonly line: number; readonly href: string | null }) {
  if (href === null) return line;
  return (
    <a
      href={href}
      target="_blank"
      rel="noreferrer"
      aria-label={`Line ${line} in the repository`}
      className="text-accent hover:underline"
    >
      {line}
    </a>
  );
}
