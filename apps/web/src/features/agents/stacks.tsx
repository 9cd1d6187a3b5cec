'use client';

import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { formatCount } from '../../ui/amount.ts';
import { Button } from '../../ui/button.tsx';
import { FirstRows } from '../../ui/first-rows.tsx';
import { Loading, Skeleton } from '../../ui/skeleton.tsx';
import { StaleNotice } from '../../ui/states.tsx';
import { useTRPC } from '../../ui/trpc.ts';
import { useLastingError } from '../../ui/use-lasting-error.ts';
import type { AgentCounters } from './agent-counters.ts';
import { KernelBudget } from './kernel-budget.tsx';
import { type AgentStacks, stackRows } from './stack-rows.ts';
import { StackTable } from './stack-table.tsx';
import { TablesTable } from './tables-table.tsx';

/** As often as agents report. */
const REFRESH_MS = 10_000;

interface StacksProps {
  readonly agent: string;
  readonly tables: NonNullable<AgentCounters['tables']>;
  /** Whether it is unfolded at first. */
  readonly unfolded: boolean;
}

/** Of one agent, program by program: how stacks ended, and the tables they were unwound by. Asked for only when unfolded. */
export function Stacks({ agent, tables, unfolded }: StacksProps) {
  const [open, setOpen] = useState(unfolded);
  const id = useId();
  return (
    <div className="border-t border-line">
      <h3>
        <button
          type="button"
          aria-expanded={open}
          aria-controls={id}
          onClick={() => setOpen(!open)}
          className="flex w-full items-center gap-2 px-5 py-3 text-left font-medium hover:bg-chip/60"
        >
          <svg
            width="10"
            height="10"
            viewBox="0 0 10 10"
            aria-hidden="true"
            className={`fill-ink-3 transition-transform ${open ? 'rotate-90' : ''}`}
          >
            <path d="M3 1l4.5 4L3 9z" />
          </svg>
          Stacks
          <span className="text-[12px] font-normal text-ink-3">by executable, and unwind tables</span>
        </button>
      </h3>
      <div id={id} className="px-5 pb-4" hidden={!open}>
        {open && <StacksOf agent={agent} tables={tables} />}
      </div>
    </div>
  );
}

function StacksOf({ agent, tables }: Pick<StacksProps, 'agent' | 'tables'>) {
  const trpc = useTRPC();
  const stacks = useQuery(trpc.agents.stacks.queryOptions(agent, { refetchInterval: REFRESH_MS }));
  const error = useLastingError(stacks, agent);
  const { data } = stacks;
  if (data === undefined) {
    return error === null ? (
      <div className="flex h-60 flex-col gap-3">
        <Loading what="stacks" />
        <Skeleton className="h-4 w-56" />
        <Skeleton className="h-8 w-full" />
        <Skeleton className="h-8 w-full" />
        <Skeleton className="h-8 w-full" />
      </div>
    ) : (
      <div role="alert" className="flex flex-wrap items-center gap-3 rounded-md bg-bad-soft px-3 py-2 text-bad">
        <span className="min-w-0 flex-1">What this agent tells of stacks cannot be read: {error.message}</span>
        <Button onClick={() => void stacks.refetch()}>Try again</Button>
      </div>
    );
  }
  return (
    <div className="flex flex-col gap-5">
      {error !== null && <StaleNotice>This is not up to date: {error.message}</StaleNotice>}
      {data === null ? (
        <p className="text-ink-2">Its last report tells nothing of single programs.</p>
      ) : (
        <>
          <ByExecutable stacks={data} />
          <section aria-label="Unwind tables">
            <h4 className="pb-1 text-[11px] text-ink-3">Unwind tables</h4>
            <KernelBudget tables={tables} />
            {data.tables.length > 0 && (
              <FirstRows rows={data.tables} what="tables">
                {(rows) => <TablesTable tables={rows} />}
              </FirstRows>
            )}
          </section>
        </>
      )}
    </div>
  );
}

function ByExecutable({ stacks }: { readonly stacks: AgentStacks }) {
  const { rows, kernelSamples } = stackRows(stacks);
  return (
    <section aria-label="Stacks by executable">
      <h4 className="pb-1 text-[11px] text-ink-3">By executable, since the agent’s start; most stacks cut off first</h4>
      {rows.length === 0 ? (
        <p className="text-ink-2">No program has been sampled yet.</p>
      ) : (
        <FirstRows rows={rows} what="executables">
          {(shown) => <StackTable rows={shown} />}
        </FirstRows>
      )}
      {kernelSamples > 0 && (
        <p className="pt-1 text-[12px] text-ink-2">
          And {formatCount(kernelSamples)} samples of the kernel’s own threads, which have no program below them.
        </p>
      )}
    </section>
  );
}
