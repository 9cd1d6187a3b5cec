'use client';

import { useQuery } from '@tanstack/react-query';
import { Button } from '../../ui/button.tsx';
import { Loading, Skeleton } from '../../ui/skeleton.tsx';
import { EmptyState, ErrorState, StaleNotice } from '../../ui/states.tsx';
import { useTRPC } from '../../ui/trpc.ts';
import { useLastingError } from '../../ui/use-lasting-error.ts';
import { AgentCard } from './agent-card.tsx';
import { isSilent } from './agent-state.ts';

const REFRESH_MS = 5_000;

/** Every node: whether it samples, and if not, why; what it kept and what it dropped. */
export function AgentsPage() {
  const trpc = useTRPC();
  const agents = useQuery(trpc.agents.list.queryOptions(undefined, { refetchInterval: REFRESH_MS }));
  const { data, refetch } = agents;
  const error = useLastingError(agents, '');
  const isPending = agents.isPending && error === null;
  const sampling = data?.agents.filter((agent) => agent.state === 'sampling' && !isSilent(agent, data.now)).length;
  return (
    <div className="mx-auto flex w-full max-w-300 flex-col gap-4 px-6 py-5 max-sm:px-4">
      <div>
        <h1 className="text-[22px] leading-7 font-semibold tracking-tight">
          {data === undefined || data.agents.length === 0 ? (
            'Agents'
          ) : (
            <>
              {sampling} of {data.agents.length} {data.agents.length === 1 ? 'agent' : 'agents'}{' '}
              <span className="text-[14px] font-normal tracking-normal text-ink-3">sampling</span>
            </>
          )}
        </h1>
        <p className="text-[12px] text-ink-2">
          An agent samples every process of its node and counts whatever it could not keep. Counters are since its
          start.
        </p>
      </div>
      {error !== null && data !== undefined && <StaleNotice>This is not up to date: {error.message}</StaleNotice>}
      {error !== null && data === undefined && (
        <ErrorState
          title="The agents cannot be listed"
          actions={
            <Button look="primary" onClick={() => void refetch()}>
              Try again
            </Button>
          }
        >
          {error.message}
        </ErrorState>
      )}
      {isPending && (
        <div className="flex h-90 flex-col gap-4 rounded-xl border border-line bg-panel p-5">
          <Loading what="agents" />
          <Skeleton className="h-5 w-48" />
          <Skeleton className="h-4 w-full" />
          <Skeleton className="h-40 w-full" />
        </div>
      )}
      {data?.agents.length === 0 && (
        <div className="rounded-xl border border-line bg-panel">
          <EmptyState title="No agent has reported yet">
            <p>
              npm start runs one on this machine; it reports within ten seconds of its start, also when it may not
              sample, and then says why. Its log is in the data folder, in logs/agent.log.
            </p>
          </EmptyState>
        </div>
      )}
      {data?.agents.map((agent) => (
        <AgentCard key={agent.agent} agent={agent} now={data.now} alone={data.agents.length === 1} />
      ))}
    </div>
  );
}
