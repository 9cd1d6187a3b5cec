import Link from 'next/link';
import { formatAge } from '../../ui/age.ts';
import { Button, type ButtonLook, buttonClass } from '../../ui/button.tsx';
import { nameRange } from '../../ui/range-words.ts';
import type { RangeState } from '../../ui/selection-state.ts';
import { EmptyState } from '../../ui/states.tsx';
import type { AgentList } from './rows.ts';

const DAY = { from: 'now-24h', to: 'now' };

/** Nothing in the range: whose doing it is, and what to do. */
export function NoServices({ agents, range }: { readonly agents: AgentList | undefined; readonly range: RangeState }) {
  const longer = (look: ButtonLook) => (
    <Button look={look} onClick={() => range.set(DAY)}>
      Show the last 24 hours
    </Button>
  );
  const toAgents = (look: ButtonLook) => (
    <Link href="/agents" className={buttonClass(look)}>
      See the agents
    </Link>
  );
  if (agents === undefined) return null;
  const where = range.live ? `in the ${nameRange(range.text, range.now).toLowerCase()}` : 'in this range';
  if (agents.agents.length === 0)
    return (
      <EmptyState title="No agent has reported yet" actions={toAgents('primary')}>
        <p>
          An agent samples every process of its node and reports within ten seconds of its start; npm start runs one on
          this machine. Profiles can also be pushed: see POST /api/v1/profiles in the README.
        </p>
      </EmptyState>
    );
  const unavailable = agents.agents.find(({ state }) => state !== 'sampling');
  if (unavailable !== undefined && agents.agents.every(({ state }) => state !== 'sampling'))
    return (
      <EmptyState
        title={`No samples ${where}`}
        actions={
          <>
            {toAgents('primary')}
            {longer('plain')}
          </>
        }
      >
        <p>
          The agent on {unavailable.host} is not sampling. {unavailable.reason || 'It was stopped.'} Its last report
          came {formatAge(agents.now - unavailable.time)}.
        </p>
      </EmptyState>
    );
  const last = agents.agents.reduce((latest, agent) => (agent.time > latest.time ? agent : latest));
  return (
    <EmptyState
      title={`No samples ${where}`}
      actions={
        <>
          {longer('primary')}
          {toAgents('plain')}
        </>
      }
    >
      <p>
        The agent on {last.host} last reported {formatAge(agents.now - last.time)}. First samples come some ten seconds
        after a start. For something to look at: <code className="font-mono text-[12px] text-ink">npm run demo</code>
      </p>
    </EmptyState>
  );
}
