'use client';

import type { ReactNode } from 'react';
import type { LabelChoice } from '../../address/label.ts';
import { Flyout } from '../flyout.tsx';
import { FilterPicker } from './filter-picker.tsx';
import { type FilterChoice, toggle } from './filters.ts';

const CHIP = 'flex h-7 items-center gap-1.5 rounded-lg bg-chip px-2.5 text-[12px] whitespace-nowrap';
const PRESSABLE = 'hover:bg-line focus-visible:outline-2 focus-visible:outline-accent';

export interface FilterBarProps {
  /** Versions first, under the name `version`. */
  readonly filters: readonly LabelChoice[];
  readonly choices: readonly FilterChoice[];
  readonly onFilters: (filters: LabelChoice[]) => void;
  /** Stands before the chips. */
  readonly before?: ReactNode;
  /** Stands after the chips. */
  readonly after?: ReactNode;
  /** Stands at the right: what one is looking at, in words. */
  readonly children?: ReactNode;
}

/** What the page is restricted to, one chip a name; each opens its values, × takes it away. */
export function FilterBar({ filters, choices, onFilters, before, after, children }: FilterBarProps) {
  const picker = (only: string | null, close: () => void) => (
    <FilterPicker
      choices={only === null ? choices : choices.filter((choice) => choice.name === only)}
      filters={filters}
      onToggle={(name, value) => onFilters(toggle(filters, name, value))}
      onDone={close}
    />
  );
  return (
    <div className="flex min-h-11 items-start gap-2 px-4 py-2 max-lg:flex-wrap max-sm:min-h-9 max-sm:gap-y-1 max-sm:py-1">
      <div className="flex min-h-8 min-w-0 flex-wrap items-center gap-2 max-lg:flex-auto lg:flex-1">
        {before}
        {filters.map(({ name, values }) => (
          <span key={name} className={`${CHIP} pr-0`}>
            <Flyout
              label={`Values of ${name}`}
              buttonClass={`flex items-center gap-1.5 rounded ${PRESSABLE}`}
              trigger={
                <>
                  <span className="text-ink-2">{name}</span>
                  <span className="max-w-72 truncate font-medium">{values.join(', ')}</span>
                </>
              }
            >
              {(close) => picker(name, close)}
            </Flyout>
            <button
              type="button"
              aria-label={`Remove the filter on ${name}`}
              className={`grid h-7 w-6 place-items-center rounded-r-lg text-ink-2 hover:text-ink ${PRESSABLE}`}
              onClick={() => onFilters(filters.filter((filter) => filter.name !== name))}
            >
              ×
            </button>
          </span>
        ))}
        <Flyout
          label="Add a filter"
          buttonClass={`flex h-7 items-center rounded-lg border border-dashed border-line-strong px-2.5 text-[12px] text-ink-2 hover:text-ink ${PRESSABLE}`}
          trigger="+ filter"
        >
          {(close) => picker(null, close)}
        </Flyout>
        {after}
      </div>
      <div className="flex min-h-8 shrink-0 items-center gap-2">{children}</div>
    </div>
  );
}
