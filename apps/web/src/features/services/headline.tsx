import Link from 'next/link';
import { formatCount, formatThree } from '../../ui/amount.ts';
import { Skeleton } from '../../ui/skeleton.tsx';
import type { AgentList, ServiceRow } from './rows.ts';

const SILENT_SECONDS = 60;

interface HeadlineProps {
  readonly services: readonly ServiceRow[] | undefined;
  readonly agents: AgentList | undefined;
  /** Whether the services could not be fetched. */
  readonly failed: boolean;
}

const plural = (count: number, one: string) => `${formatCount(count)} ${one}${count === 1 ? '' : 's'}`;

/** `4.71 cores over 12 services on 1 node`, and below it what is wrong with the nodes. */
export function Headline({ services, agents, failed }: HeadlineProps) {
  if (services === undefined && failed)
    return <h1 className="text-[22px] leading-7 font-semibold tracking-tight">Services</h1>;
  if (services === undefined)
    return (
      <div className="flex h-12.5 flex-col justify-center gap-2">
        <h1 className="sr-only">Services</h1>
        <Skeleton className="h-5 w-64" />
        <Skeleton className="h-3 w-44" />
      </div>
    );
  const cores = services.reduce((sum, row) => sum + row.cores, 0);
  const samples = services.reduce((sum, row) => sum + row.samples, 0);
  const silent = agents?.agents.filter((agent) => agents.now - agent.time > SILENT_SECONDS) ?? [];
  const nodes = agents === undefined ? null : agents.agents.length - silent.length;
  const idle = agents?.agents.filter((agent) => agent.state !== 'sampling' && !silent.includes(agent)) ?? [];
  return (
    <div>
      <h1 className="text-[22px] leading-7 font-semibold tracking-tight">
        {formatThree(cores)} cores{' '}
        <span className="text-[14px] font-normal tracking-normal text-ink-3">
          over {plural(services.length, 'service')}
          {nodes !== null && nodes > 0 && ` on ${plural(nodes, 'node')}`}
        </span>
      </h1>
      <p className="text-[12px] text-ink-2">
        {plural(samples, 'sample')}
        {silent.length > 0 && (
          <>
            {' · '}
            <Link href="/agents" className="text-bad underline underline-offset-2">
              {plural(silent.length, 'node')} silent
            </Link>
          </>
        )}
        {idle.length > 0 && (
          <>
            {' · '}
            <Link href="/agents" className="text-bad underline underline-offset-2">
              {plural(idle.length, 'node')} not sampling
            </Link>
          </>
        )}
      </p>
    </div>
  );
}
