'use client';

import { useState } from 'react';
import type { LabelChoice } from '../../address/label.ts';
import { formatShare } from '../amount.ts';
import type { FilterChoice } from './filters.ts';

const VALUES_SHOWN = 60;

export interface FilterPickerProps {
  readonly choices: readonly FilterChoice[];
  readonly filters: readonly LabelChoice[];
  readonly onToggle: (name: string, value: string) => void;
  readonly onDone: () => void;
}

/** Labels with their values and each value's share of the selection, narrowed by typing. */
export function FilterPicker({ choices, filters, onToggle, onDone }: FilterPickerProps) {
  const [typed, setTyped] = useState('');
  const wanted = typed.trim().toLowerCase();
  const shown = choices
    .map(({ name, values }) => ({
      name,
      values: values.filter(({ value }) => `${name} ${value}`.toLowerCase().includes(wanted)).slice(0, VALUES_SHOWN),
    }))
    .filter(({ values }) => values.length > 0);
  return (
    <div className="flex w-[340px] max-w-[calc(100vw-16px)] flex-col">
      <div className="sticky top-0 z-10 flex items-center gap-2 border-b border-line bg-panel p-2">
        <input
          data-autofocus=""
          type="search"
          aria-label="Find a label or value"
          placeholder="Find a label or value"
          value={typed}
          className="h-8 min-w-0 flex-1 rounded-lg bg-chip px-3 text-[13px] placeholder:text-ink-2"
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <button type="button" className="h-8 rounded-lg px-3 font-medium text-accent hover:bg-chip" onClick={onDone}>
          Done
        </button>
      </div>
      {shown.length === 0 && (
        <p className="p-4 text-ink-2">
          {choices.length === 0 ? 'This service has no labels in the range.' : `Nothing contains “${typed}”.`}
        </p>
      )}
      {shown.map(({ name, values }) => (
        <fieldset key={name} className="border-b border-line px-2 py-2 last:border-b-0">
          <legend className="float-left w-full px-2 pb-1 text-[11px] font-medium text-ink-2">{name}</legend>
          {values.map(({ value, share }) => (
            <label
              key={value}
              className="relative flex clear-both cursor-pointer items-center gap-2 rounded-md px-2 py-1 text-[12px] hover:bg-chip has-focus-visible:outline-2 has-focus-visible:outline-accent"
            >
              <input
                type="checkbox"
                className="size-3.5 accent-accent outline-none"
                checked={filters.some((filter) => filter.name === name && filter.values.includes(value))}
                onChange={() => onToggle(name, value)}
              />
              <span className="min-w-0 flex-1 truncate" title={value}>
                {value === '' ? '(none)' : value}
              </span>
              {share !== null && (
                <>
                  <span aria-hidden="true" className="h-1 w-16 overflow-hidden rounded-full bg-line">
                    <span className="block h-full bg-accent" style={{ width: `${share * 100}%` }} />
                  </span>
                  <span className="w-12 text-right text-ink-2 tabular-nums">{formatShare(share)}</span>
                </>
              )}
            </label>
          ))}
        </fieldset>
      ))}
    </div>
  );
}
