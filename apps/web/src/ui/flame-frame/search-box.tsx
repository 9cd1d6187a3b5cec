import type { Pattern, SearchResult } from '@strata/profile';
import type { RefObject } from 'react';
import { formatCount, formatShare } from '../amount.ts';
import { Kbd } from '../kbd.tsx';

export interface SearchBoxProps {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly pattern: Pattern;
  readonly result: SearchResult | null;
  /** Total of all, in the unit of the result's total. */
  readonly whole: number;
  readonly onNext: (direction: 1 | -1) => void;
  readonly input: RefObject<HTMLInputElement | null>;
}

/** A regular expression over function names, with what the matches are worth together. */
export function SearchBox({ text, onText, pattern, result, whole, onNext, input }: SearchBoxProps) {
  const error = pattern !== null && 'error' in pattern ? pattern.error : null;
  const summary =
    result === null ? '' : result.nodes.length === 0 ? 'no match' : formatShare(whole > 0 ? result.total / whole : 0);
  const frames =
    result === null || result.nodes.length === 0
      ? ''
      : ` · ${formatCount(result.nodes.length)} ${result.nodes.length === 1 ? 'frame' : 'frames'}`;
  return (
    // On a phone it lies over its row while one types: there is no room for a box beside the other controls, nor above the graph.
    <div className="relative min-w-0 max-sm:flex-1 max-sm:focus-within:absolute max-sm:focus-within:inset-x-0 max-sm:focus-within:z-20 sm:w-[340px] sm:shrink">
      <div
        className={`flex h-8 items-center gap-2 rounded-lg border bg-panel pr-2 pl-3 max-sm:pl-2 focus-within:outline-2 focus-within:outline-accent ${error === null ? 'border-line' : 'border-bad'}`}
      >
        <input
          ref={input}
          type="search"
          value={text}
          spellCheck={false}
          autoComplete="off"
          aria-label="Search functions (regular expression)"
          aria-invalid={error !== null}
          aria-describedby="search-summary"
          placeholder="Search, regex"
          className="h-full w-full min-w-0 flex-1 bg-transparent text-[13px] text-ink outline-none placeholder:text-ink-3 [&::-webkit-search-cancel-button]:hidden"
          onChange={(event) => onText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') onNext(event.shiftKey ? -1 : 1);
            else if (event.key === 'Escape') {
              if (text === '') event.currentTarget.blur();
              else onText('');
            } else return;
            event.preventDefault();
            event.stopPropagation();
          }}
        />
        <span id="search-summary" role="status" className="text-[12px] whitespace-nowrap text-ink-2 tabular-nums">
          {summary}
          <span className="max-sm:hidden">{frames}</span>
        </span>
        {text === '' ? (
          <Kbd>/</Kbd>
        ) : (
          <button
            type="button"
            aria-label="Clear the search"
            className="rounded px-1 text-ink-2 hover:text-ink focus-visible:outline-2 focus-visible:outline-accent"
            onClick={() => onText('')}
          >
            ×
          </button>
        )}
      </div>
      {error !== null && (
        <p
          role="alert"
          className="absolute top-9 right-0 left-0 z-20 rounded-lg border border-bad bg-panel px-3 py-1.5 text-[12px] text-bad shadow-float"
        >
          {error}
        </p>
      )}
    </div>
  );
}
