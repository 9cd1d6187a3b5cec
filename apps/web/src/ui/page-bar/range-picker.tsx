'use client';

import { type FormEvent, useState } from 'react';
import { parseTime, type RangeText, resolveRange } from '../../address/time.ts';
import { Button, buttonClass } from '../button.tsx';
import { Flyout } from '../flyout.tsx';
import { nameRange, PRESETS, shortRange, writeExact, writeSpan } from '../range-words.ts';
import { type Side, useRange } from '../selection-state.ts';

/** The range in words, and behind it the usual ones and two fields for any other. */
export function RangePicker({ side = null }: { readonly side?: Side }) {
  const { text, now, problem, set } = useRange(side);
  const name = problem === null ? nameRange(text, now) : 'No range';
  // A side of a comparison has room for one of them: what a range that stands still is called says less than when it was.
  const only = side === null ? null : problem === null && parseTime(text.to)?.kind === 'absolute' ? 'span' : 'name';
  return (
    <Flyout
      align="end"
      label={`${name}. Change the time range`}
      buttonClass={`${buttonClass()} max-sm:px-2`}
      trigger={
        <>
          {only !== 'span' && <span className="max-sm:hidden">{name}</span>}
          {only !== 'span' && <span className="sm:hidden">{problem === null ? shortRange(text, now) : name}</span>}
          {/* Server and browser may read their clocks on two sides of a minute. */}
          {only !== 'name' && (
            <span suppressHydrationWarning className={only === 'span' ? '' : 'text-ink-3 max-lg:hidden'}>
              {problem === null && writeSpan(now)}
            </span>
          )}
          <span aria-hidden="true" className="text-[10px] text-ink-3">
            ▼
          </span>
        </>
      }
    >
      {(close) => {
        const choose = (range: RangeText) => {
          set(range);
          close();
        };
        return (
          <div className="flex w-130 max-w-[calc(100vw-24px)] max-sm:flex-col">
            <ul className="flex shrink-0 flex-col gap-px border-line p-2 sm:w-44 sm:border-r">
              {PRESETS.map(({ from, label }) => (
                <li key={from}>
                  <button
                    type="button"
                    aria-current={text.from === from && text.to === 'now' ? 'true' : undefined}
                    className="h-8 w-full rounded-md px-2 text-left text-ink-2 hover:bg-chip hover:text-ink aria-[current]:bg-accent-soft aria-[current]:font-medium aria-[current]:text-accent"
                    onClick={() => choose({ from, to: 'now' })}
                  >
                    {label}
                  </button>
                </li>
              ))}
            </ul>
            <OwnRange text={text} known={problem} onRange={choose} />
          </div>
        );
      }}
    </Flyout>
  );
}

const shown = (text: string) => {
  const point = parseTime(text);
  return point?.kind === 'absolute' ? writeExact(point.seconds) : text;
};

/** Absolute times become Unix seconds in the address; relative ones stay as they were typed, without blanks. */
function addressed(text: string): string {
  const point = parseTime(text);
  return point?.kind === 'absolute' ? String(point.seconds) : text.replaceAll(/\s/g, '');
}

interface OwnRangeProps {
  readonly text: RangeText;
  /** What is wrong with it already. */
  readonly known: string | null;
  readonly onRange: (range: RangeText) => void;
}

function OwnRange({ text, known, onRange }: OwnRangeProps) {
  const [draft, setDraft] = useState({ from: shown(text.from), to: shown(text.to) });
  const [problem, setProblem] = useState(known ?? '');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const range = resolveRange(draft, Date.now() / 1000);
    if ('problem' in range) return setProblem(range.problem);
    onRange({ from: addressed(draft.from), to: addressed(draft.to) });
  };
  return (
    <form onSubmit={submit} className="flex min-w-0 flex-1 flex-col gap-3 p-4">
      {(['from', 'to'] as const).map((name) => (
        <label key={name} className="flex flex-col gap-1">
          <span className="text-[12px] text-ink-2">{name === 'from' ? 'From' : 'To'}</span>
          <input
            type="text"
            value={draft[name]}
            spellCheck={false}
            autoComplete="off"
            aria-invalid={problem !== ''}
            aria-describedby="range-hint"
            className="h-8 rounded-lg border border-line-strong bg-ground px-2.5 font-mono text-[12px]"
            onChange={(event) => setDraft({ ...draft, [name]: event.target.value })}
          />
        </label>
      ))}
      <p
        id="range-hint"
        role={problem === '' ? undefined : 'alert'}
        className={problem === '' ? 'text-[12px] text-ink-3' : 'text-[12px] text-bad'}
      >
        {problem ||
          'Both relative (now-15m, now-2d, now) or both absolute (2026-11-21 14:00, UTC; RFC 3339; Unix seconds).'}
      </p>
      <Button look="primary" type="submit" className="mt-auto self-end">
        Show
      </Button>
    </form>
  );
}
