'use client';

import { NORMS, readPath } from '@strata/profile';
import { useMemo, useState } from 'react';
import { formatBytes } from '../../ui/amount.ts';
import { Button } from '../../ui/button.tsx';
import { Chip } from '../../ui/chip.tsx';
import { SelectionWords } from '../../ui/filters/selection-words.tsx';
import { GraphSkeleton } from '../../ui/flame-frame/graph-skeleton.tsx';
import { useColumns } from '../../ui/flame-frame/use-columns.ts';
import { namingWords } from '../../ui/naming/naming-menus.tsx';
import { writeSpan } from '../../ui/range-words.ts';
import { SegmentedControl } from '../../ui/segmented-control.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { decodeDiff } from './diff-columns.ts';
import { DiffExplorer } from './diff-explorer.tsx';
import type { DiffState } from './diff-state.ts';
import { holdingsOf } from './holdings.ts';
import { NORM_OPTIONS } from './norm-options.ts';

export interface StaticDiffProps {
  /** Address of the columns. */
  readonly url: string;
  /** The page's parameters when it was kept: the view starts as they say. */
  readonly search: URLSearchParams;
}

/** A comparison of columns that never change. One can look around in it; nothing of that is kept. */
export function StaticDiff({ url, search }: StaticDiffProps) {
  const [view, setView] = useState(() => ({
    norm: NORMS.find((norm) => norm === search.get('norm')) ?? ('share' as const),
    root: readPath(search.get('root') ?? '') as readonly string[],
    find: search.get('find') ?? '',
  }));
  const state = useMemo<DiffState>(
    () => ({ ...view, set: (change) => setView((before) => ({ ...before, ...change })) }),
    [view],
  );
  const { data, error, refetch } = useColumns({ url, decode: decodeDiff, refetchInterval: false });
  if (error !== null)
    return (
      <ErrorState
        title="The snapshot could not be read"
        actions={
          <Button look="primary" onClick={() => void refetch()}>
            Try again
          </Button>
        }
      >
        {error.message}
      </ErrorState>
    );
  if (data === undefined) return <GraphSkeleton />;
  const diff = data.value;
  const held = holdingsOf(diff);
  return (
    <div className="flex min-h-0 flex-1 flex-col max-lg:overflow-y-auto">
      <div className="flex min-h-11 shrink-0 flex-wrap items-center gap-2 border-b border-line px-4 py-2">
        {(['a', 'b'] as const).map((side) => (
          <span key={side} className="flex flex-wrap items-center gap-2 pr-4 max-sm:basis-full max-sm:pr-0">
            <span className={`text-[15px] font-semibold ${side === 'a' ? 'text-accent' : 'text-bad'}`}>
              {side.toUpperCase()}
            </span>
            {search.getAll(`version.${side}`).map((version) => (
              <Chip key={version} name="version">
                {version}
              </Chip>
            ))}
            {search.getAll(`label.${side}`).map((label) => (
              <Chip key={label} name={label.slice(0, label.indexOf(':'))}>
                {label.slice(label.indexOf(':') + 1)}
              </Chip>
            ))}
            <span className="text-[12px] whitespace-nowrap text-ink-2">{writeSpan(rangeOf(search, side))}</span>
            <SelectionWords amount={held[side].amount} whole={held[side].total} samples={held[side].samples} />
          </span>
        ))}
        {namingWords(search).map(({ name, value }) => (
          <Chip key={name} name={name}>
            {value}
          </Chip>
        ))}
        <span className="flex-1" />
        <span className="max-lg:hidden">
          <SegmentedControl
            label="Measure"
            options={NORM_OPTIONS}
            value={state.norm}
            onValue={(norm) => state.set({ norm })}
          />
        </span>
      </div>
      <DiffExplorer
        tree={diff.tree}
        unit={diff.unit}
        a={diff.a}
        b={diff.b}
        state={state}
        source={<span className="max-sm:hidden">Snapshot of {formatBytes(data.bytes)}</span>}
      />
    </div>
  );
}

/** The page's address names both ranges in Unix seconds once it is kept. */
function rangeOf(search: URLSearchParams, side: 'a' | 'b'): { from: number; to: number } {
  return { from: Number(search.get(`from.${side}`)), to: Number(search.get(`to.${side}`)) };
}
