'use client';

import { writePath } from '@strata/profile';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useMemo } from 'react';
import { amountOf, fineAmountOf, formatBytes } from '../../ui/amount.ts';
import { buttonClass } from '../../ui/button.tsx';
import { FilterBar } from '../../ui/filters/filter-bar.tsx';
import { SelectionWords } from '../../ui/filters/selection-words.tsx';
import { choicesOf, filtersOf, setFilters } from '../../ui/filters/side-filters.ts';
import { TypePicker } from '../../ui/filters/type-picker.tsx';
import { Fetching } from '../../ui/flame-frame/fetching.tsx';
import { GraphSkeleton } from '../../ui/flame-frame/graph-skeleton.tsx';
import { useColumns } from '../../ui/flame-frame/use-columns.ts';
import { namesInterval } from '../../ui/naming/names-interval.ts';
import { NamingMenus } from '../../ui/naming/naming-menus.tsx';
import { useNaming } from '../../ui/naming/use-naming.ts';
import { useSelection } from '../../ui/selection-state.ts';
import { StaleNotice } from '../../ui/states.tsx';
import { ServiceTimeline } from '../../ui/timeline/service-timeline.tsx';
import { useTRPC } from '../../ui/trpc.ts';
import { useLate } from '../../ui/use-late.ts';
import { Explorer } from './explorer.tsx';
import { MissingNames } from './missing-names.tsx';
import { NoProfile } from './no-profile.tsx';
import { decodeProfile } from './profile-columns.ts';
import { SourcePane } from './source-pane.tsx';
import { useViewState } from './use-view-state.ts';

/** The flame graph of a service: filters, timeline, graph. Everything it shows follows from the address. */
export function FlamePage({ service }: { readonly service: string }) {
  const selection = useSelection();
  const { range } = selection;
  const state = useViewState();
  const trpc = useTRPC();
  const naming = useNaming();
  const query = selection.query(service);
  const named = new URLSearchParams([...query, ...naming.parameters.map((pair) => [...pair])]);
  const detail = useQuery(
    trpc.service.describe.queryOptions(query.toString(), {
      refetchInterval: range.refetchInterval,
      placeholderData: keepPreviousData,
    }),
  );
  const profile = useColumns({
    url: `/api/v1/flame?${named}`,
    decode: decodeProfile,
    refetchInterval: (last) => namesInterval(range.refetchInterval, (last?.unresolved?.length ?? 0) > 0),
  });
  const shown = profile.data?.value;
  const late = useLate(profile.isPending || profile.isPlaceholderData);
  const words = useMemo(
    () =>
      shown === undefined
        ? null
        : {
            amount: fineAmountOf(shown.unit, shown.seconds, shown.tree.total[0] ?? 0),
            whole: shown.tree.total[0] ?? 0,
            samples: shown.samples,
          },
    [shown],
  );

  const filters = filtersOf(selection);
  const compare = new URLSearchParams(
    [...query]
      .filter(([name]) => name !== 'service')
      .map(([name, value]) => [name === 'type' ? name : `${name}.b`, value]),
  );
  for (const [name, value] of naming.parameters) compare.set(name, value);
  const all = detail.data?.versions ?? [];
  // Without a version on the other side there would be nothing to compare but the same mixture of them.
  if (selection.versions.length === 0 && all.length > 1) compare.set('version.b', all[0]!.version);
  if (state.root.length > 0 && !state.inverted) compare.set('root', writePath(state.root));
  const recorded =
    detail.data?.lastSample == null
      ? null
      : { first: Math.min(...all.map(({ firstSeen }) => firstSeen)), last: detail.data.lastSample };
  return (
    <div className="relative flex-1">
      <div className="absolute inset-0 flex flex-col">
        <div className="relative border-b border-line">
          <span className="absolute inset-x-0 -bottom-px">
            <Fetching active={profile.isPlaceholderData} />
          </span>
          <FilterBar
            before={
              <TypePicker
                type={selection.type}
                types={detail.data?.profileTypes.map(({ name }) => name) ?? [selection.type]}
                onType={selection.setType}
              />
            }
            filters={filters}
            choices={choicesOf(detail.data)}
            onFilters={(next) => setFilters(selection, next)}
          >
            {words !== null && shown !== undefined && (
              <SelectionWords
                amount={amountOf(shown.unit, shown.seconds)}
                whole={words.whole}
                samples={shown.samples}
                instances={shown.instances}
              />
            )}
          </FilterBar>
          <ServiceTimeline
            service={service}
            selection={selection}
            unit={shown?.unit ?? 'nanoseconds'}
            versions={detail.data?.versions ?? []}
          />
        </div>
        {late && profile.error === null && (
          <Notice>
            Still waiting for the answer …{shown !== undefined && ' What is shown is what was asked for before.'}
          </Notice>
        )}
        {profile.error !== null && shown !== undefined && profile.error.code !== 'NO_SAMPLES' && (
          <Notice>{profile.error.message} What is shown is from before.</Notice>
        )}
        {shown !== undefined && words !== null && words.whole > 0 && profile.error?.code !== 'NO_SAMPLES' ? (
          <Explorer
            tree={shown.tree}
            words={words}
            unresolved={shown.unresolved}
            state={state}
            source={
              <span className="tabular-nums max-sm:hidden">
                Fetched {formatBytes(profile.data!.bytes)} in {Math.round(profile.data!.ms)} ms
              </span>
            }
            hint={<MissingNames files={shown.unresolved ?? []} />}
            tools={<NamingMenus naming={naming} />}
            sourceOf={(functionRow) => (
              <SourcePane
                functions={shown.tree.functions}
                functionRow={functionRow}
                group={naming.group}
                service={service}
                query={named}
                version={selection.versions.length === 1 ? selection.versions[0]! : ''}
                words={words}
                refetchInterval={range.refetchInterval}
              />
            )}
            actions={
              <Link href={`/s/${encodeURIComponent(service)}/compare?${compare}`} className={buttonClass()}>
                Compare versions
              </Link>
            }
          />
        ) : profile.isPending ? (
          <GraphSkeleton />
        ) : (
          <NoProfile
            service={service}
            error={profile.error}
            filtered={filters.length > 0}
            recorded={recorded}
            range={range.now}
            onRetry={() => void profile.refetch()}
            onClearFilters={() => {
              selection.setVersions([]);
              selection.setLabels([]);
            }}
            onType={detail.data?.profileTypes[0] && (() => selection.setType(detail.data!.profileTypes[0]!.name))}
            onRange={range.set}
          />
        )}
      </div>
    </div>
  );
}

/** Floats above the foot, so that what is shown does not move. */
function Notice({ children }: { children: React.ReactNode }) {
  return (
    <div className="pointer-events-none absolute inset-x-4 bottom-10 z-20 flex justify-center *:shadow-float">
      <StaleNotice>{children}</StaleNotice>
    </div>
  );
}
