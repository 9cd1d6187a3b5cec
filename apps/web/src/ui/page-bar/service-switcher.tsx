'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useSearchParams } from 'next/navigation';
import { useState } from 'react';
import { formatThree } from '../amount.ts';
import { Flyout } from '../flyout.tsx';
import { useRange } from '../selection-state.ts';
import { useTRPC } from '../trpc.ts';
import { withRange } from './with-range.ts';

/** The service one looks at, and behind it all others of the range. */
export function ServiceSwitcher({ service }: { readonly service: string }) {
  return (
    <Flyout
      label={`Service ${service}. Switch to another`}
      buttonClass="flex h-8 max-w-70 items-center gap-2 rounded-lg px-2 font-semibold transition-colors hover:bg-chip max-sm:max-w-40"
      trigger={
        <>
          <span className="truncate">{service}</span>
          <span aria-hidden="true" className="text-[10px] text-ink-3">
            ▼
          </span>
        </>
      }
    >
      {(close) => <Choices service={service} onChosen={close} />}
    </Flyout>
  );
}

function Choices({ service, onChosen }: { readonly service: string; readonly onChosen: () => void }) {
  const trpc = useTRPC();
  const { text } = useRange();
  const search = useSearchParams();
  const [filter, setFilter] = useState('');
  const { data, isPending } = useQuery(trpc.services.list.queryOptions(text));
  const found = data?.services.filter((candidate) => candidate.service.toLowerCase().includes(filter.toLowerCase()));
  return (
    <div className="w-80">
      <input
        type="text"
        aria-label="Filter services"
        placeholder="Filter services"
        data-autofocus
        value={filter}
        className="h-10 w-full border-b border-line bg-transparent px-3 outline-none placeholder:text-ink-3"
        onChange={(event) => setFilter(event.target.value)}
      />
      <ul className="max-h-90 overflow-y-auto p-1.5">
        {found?.map((candidate) => (
          <li key={candidate.service}>
            <Link
              href={withRange(`/s/${encodeURIComponent(candidate.service)}/flame`, search)}
              aria-current={candidate.service === service ? 'page' : undefined}
              className="flex h-8 items-center gap-3 rounded-md px-2 hover:bg-chip aria-[current]:bg-accent-soft aria-[current]:text-accent"
              onClick={onChosen}
            >
              <span className="min-w-0 flex-1 truncate">{candidate.service}</span>
              <span className="text-[12px] text-ink-3">{formatThree(candidate.cores)} cores</span>
            </Link>
          </li>
        ))}
        {found?.length === 0 && <li className="px-2 py-3 text-ink-3">No service matches.</li>}
        {isPending && <li className="px-2 py-3 text-ink-3">Loading …</li>}
      </ul>
    </div>
  );
}
