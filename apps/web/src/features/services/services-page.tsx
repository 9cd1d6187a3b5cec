'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useDeferredValue, useState } from 'react';
import { STANDARD_RANGE } from '../../address/time.ts';
import { Button } from '../../ui/button.tsx';
import { PageFoot } from '../../ui/page-bar/page-foot.tsx';
import { useRange } from '../../ui/selection-state.ts';
import { ErrorState, StaleNotice } from '../../ui/states.tsx';
import { useTRPC } from '../../ui/trpc.ts';
import { useLastingError } from '../../ui/use-lasting-error.ts';
import { useLate } from '../../ui/use-late.ts';
import { FilterBox } from './filter-box.tsx';
import { Headline } from './headline.tsx';
import { NoServices } from './no-services.tsx';
import { ServiceTable, ServiceTableSkeleton } from './service-table.tsx';

const AGENTS_REFRESH_MS = 10_000;

/** What runs here and what it costs. */
export function ServicesPage() {
  const trpc = useTRPC();
  const range = useRange();
  const services = useQuery(
    trpc.services.list.queryOptions(range.text, {
      refetchInterval: range.refetchInterval,
      placeholderData: keepPreviousData,
    }),
  );
  const error = useLastingError(services, `${range.text.from} ${range.text.to}`);
  const late = useLate(services.isPending || services.isPlaceholderData);
  const agents = useQuery(trpc.agents.list.queryOptions(undefined, { refetchInterval: AGENTS_REFRESH_MS }));
  const [filter, setFilter] = useState('');
  const wanted = useDeferredValue(filter.trim().toLowerCase());
  const found = services.data?.services.filter(({ service }) => service.toLowerCase().includes(wanted));

  return (
    <>
      <div className="flex flex-1 flex-col gap-4 px-6 py-5 max-sm:px-4">
        <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
          <Headline services={services.data?.services} agents={agents.data} failed={error !== null} />
          <FilterBox value={filter} onValue={setFilter} />
        </div>
        {late && error === null && <StaleNotice>Still waiting for the list of services …</StaleNotice>}
        {error !== null && services.data !== undefined && (
          <StaleNotice>The list is not up to date: {error.message}</StaleNotice>
        )}
        <div className="flex flex-1 flex-col overflow-hidden rounded-xl border border-line bg-panel">
          {found !== undefined && found.length > 0 && (
            <ServiceTable services={found} now={services.data!.range.to} range={range} />
          )}
          {services.isPending && error === null && <ServiceTableSkeleton />}
          {error !== null && services.data === undefined && (
            <ErrorState
              title="The services cannot be listed"
              actions={
                range.problem === null ? (
                  <Button look="primary" onClick={() => void services.refetch()}>
                    Try again
                  </Button>
                ) : (
                  <Button look="primary" onClick={() => range.set(STANDARD_RANGE)}>
                    Last 15 minutes
                  </Button>
                )
              }
            >
              {error.message}
            </ErrorState>
          )}
          {found?.length === 0 &&
            (wanted === '' ? (
              <NoServices agents={agents.data} range={range} />
            ) : (
              <p className="flex flex-col items-center gap-3 px-6 py-16 text-ink-2">
                No service has “{filter}” in its name.
                <Button onClick={() => setFilter('')}>Show all {services.data!.services.length}</Button>
              </p>
            ))}
        </div>
      </div>
      <PageFoot>
        {found !== undefined && found.length > 0 && (
          <span>Sorted by cores. Grey: no samples in the last 10 minutes.</span>
        )}
        <Link href="/agents" className="ml-auto hover:text-ink">
          Agents and what they dropped
        </Link>
      </PageFoot>
    </>
  );
}
