'use client';

import Link from 'next/link';
import { FilterBar } from '../../ui/filters/filter-bar.tsx';
import { SelectionWords } from '../../ui/filters/selection-words.tsx';
import { choicesOf, type Filterable, filtersOf, setFilters } from '../../ui/filters/side-filters.ts';
import { Flyout } from '../../ui/flyout.tsx';
import { RangePicker } from '../../ui/page-bar/range-picker.tsx';
import type { SelectionState } from '../../ui/selection-state.ts';
import { ServiceTimeline } from '../../ui/timeline/service-timeline.tsx';
import type { Holding } from './holdings.ts';
import type { SideChoice, VersionSpan } from './presets.ts';

export interface SidePaneProps {
  readonly name: 'a' | 'b';
  readonly service: string;
  readonly selection: SelectionState;
  readonly detail: (Filterable & { readonly versions: readonly VersionSpan[] }) | null | undefined;
  readonly unit: string;
  /** What the side turned out to hold; `null` until it is known. */
  readonly held: Holding | null;
  /** Baselines to choose from, for A. */
  readonly baselines?: readonly { readonly label: string; readonly choice: SideChoice }[];
  readonly onBaseline?: ((choice: SideChoice) => void) | undefined;
}

/** One side of the comparison: which samples, when, and how much they are. */
export function SidePane({ name, service, selection, detail, unit, held, baselines, onBaseline }: SidePaneProps) {
  const letter = name.toUpperCase();
  const alone = selection.query(service);
  alone.delete('service');
  return (
    <section aria-label={`Side ${letter}`} className="flex min-w-0 flex-1 flex-col">
      <FilterBar
        filters={filtersOf(selection)}
        choices={choicesOf(detail)}
        onFilters={(next) => setFilters(selection, next)}
        before={
          <Link
            href={`/s/${encodeURIComponent(service)}/flame?${alone}`}
            title={`Open side ${letter} alone`}
            className={`w-4 text-[15px] font-semibold hover:underline ${name === 'a' ? 'text-accent' : 'text-bad'}`}
          >
            {letter}
          </Link>
        }
        after={baselines !== undefined && <Baselines baselines={baselines} onBaseline={onBaseline} />}
      >
        <RangePicker side={name} />
        {held !== null && <SelectionWords amount={held.amount} whole={held.total} samples={held.samples} />}
      </FilterBar>
      <span className="flex-1" />
      {/* On a phone two timelines would leave no room for what they are compared for. */}
      <div className="max-sm:hidden">
        <ServiceTimeline
          service={service}
          selection={selection}
          unit={unit}
          versions={detail?.versions ?? []}
          height={60}
        />
      </div>
    </section>
  );
}

interface BaselinesProps {
  readonly baselines: NonNullable<SidePaneProps['baselines']>;
  readonly onBaseline: SidePaneProps['onBaseline'];
}

function Baselines({ baselines, onBaseline }: BaselinesProps) {
  return (
    <Flyout
      align="end"
      label="Choose a baseline"
      buttonClass="flex h-8 items-center gap-1.5 rounded-lg px-2.5 text-[13px] text-ink-2 hover:bg-chip hover:text-ink"
      trigger={
        <>
          Baseline{' '}
          <span aria-hidden="true" className="text-[9px]">
            ▼
          </span>
        </>
      }
    >
      {(close) => (
        <ul className="min-w-56 p-1">
          {baselines.length === 0 && <li className="px-3 py-1.5 text-ink-2">Nothing before B is recorded.</li>}
          {baselines.map(({ label, choice }) => (
            <li key={label}>
              <button
                type="button"
                className="w-full rounded-md px-3 py-1.5 text-left hover:bg-chip"
                onClick={() => {
                  onBaseline?.(choice);
                  close();
                }}
              >
                {label}
              </button>
            </li>
          ))}
        </ul>
      )}
    </Flyout>
  );
}
