'use client';

import { readPath } from '@strata/profile';
import { useMemo, useState } from 'react';
import { amountOf, fineAmountOf, formatBytes } from '../../ui/amount.ts';
import { Button } from '../../ui/button.tsx';
import { Chip } from '../../ui/chip.tsx';
import { SelectionWords } from '../../ui/filters/selection-words.tsx';
import { typeWord } from '../../ui/filters/type-picker.tsx';
import { GraphSkeleton } from '../../ui/flame-frame/graph-skeleton.tsx';
import { useColumns } from '../../ui/flame-frame/use-columns.ts';
import { namingWords } from '../../ui/naming/naming-menus.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { Explorer } from './explorer.tsx';
import { MissingNames } from './missing-names.tsx';
import { decodeProfile } from './profile-columns.ts';
import { type ExplorerState, VIEWS } from './view-state.ts';

export interface StaticFlameProps {
  /** Address of the columns. */
  readonly url: string;
  /** The page's parameters when it was kept: the view starts as they say. */
  readonly search: URLSearchParams;
}

/** A flame graph of columns that never change. One can look around in it; nothing of that is kept. */
export function StaticFlame({ url, search }: StaticFlameProps) {
  const [view, setView] = useState(() => readView(search));
  const state = useMemo<ExplorerState>(
    () => ({ ...view, set: (change) => setView((before) => ({ ...before, ...change })) }),
    [view],
  );
  const { data, error, refetch } = useColumns({ url, decode: decodeProfile, refetchInterval: false });
  const profile = data?.value;
  const words = useMemo(
    () =>
      profile === undefined
        ? null
        : {
            amount: fineAmountOf(profile.unit, profile.seconds, profile.tree.total[0] ?? 0),
            whole: profile.tree.total[0] ?? 0,
            samples: profile.samples,
          },
    [profile],
  );
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
  if (data === undefined || profile === undefined || words === null) return <GraphSkeleton />;
  return (
    <>
      <div className="flex min-h-11 shrink-0 flex-wrap items-center gap-2 border-b border-line px-4 py-2">
        <Chip name="type">{typeWord(search.get('type') ?? 'cpu')}</Chip>
        {search.getAll('version').map((version) => (
          <Chip key={version} name="version">
            {version}
          </Chip>
        ))}
        {search.getAll('label').map((label) => (
          <Chip key={label} name={label.slice(0, label.indexOf(':'))}>
            {label.slice(label.indexOf(':') + 1)}
          </Chip>
        ))}
        {namingWords(search).map(({ name, value }) => (
          <Chip key={name} name={name}>
            {value}
          </Chip>
        ))}
        <span className="flex-1" />
        <SelectionWords
          amount={amountOf(profile.unit, profile.seconds)}
          whole={words.whole}
          samples={profile.samples}
          instances={profile.instances}
        />
      </div>
      <Explorer
        tree={profile.tree}
        words={words}
        unresolved={profile.unresolved}
        state={state}
        hint={<MissingNames files={profile.unresolved ?? []} />}
        source={<span className="max-sm:hidden">Snapshot of {formatBytes(data.bytes)}</span>}
      />
    </>
  );
}

function readView(search: URLSearchParams): Omit<ExplorerState, 'set'> {
  return {
    view: VIEWS.find((name) => name === search.get('view')) ?? 'flame',
    inverted: search.get('inv') === '1',
    root: readPath(search.get('root') ?? ''),
    find: search.get('find') ?? '',
  };
}
