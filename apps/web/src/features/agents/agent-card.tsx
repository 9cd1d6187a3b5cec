import { formatAge, formatDuration } from '../../ui/age.ts';
import { formatCount, formatShare } from '../../ui/amount.ts';
import { type AgentCounters, type Counter, sortCounters } from './agent-counters.ts';
import { type AgentRow, type StateWords, stateOf } from './agent-state.ts';
import { Delivery } from './delivery.tsx';
import { meaningOf, wordsOf } from './reasons.ts';
import { Stacks } from './stacks.tsx';

const TONES: Record<StateWords['tone'], string> = {
  good: 'bg-good',
  bad: 'bg-bad',
  quiet: 'bg-ink-3',
};

interface AgentCardProps {
  readonly agent: AgentRow;
  readonly now: number;
  /** Whether it is the only one: then all of it is unfolded. */
  readonly alone: boolean;
}

/** One agent: state first, then what became of the events that fired. */
export function AgentCard({ agent, now, alone }: AgentCardProps) {
  const state = stateOf(agent, now);
  const counters = sortCounters(agent.counters);
  return (
    <section aria-label={`Agent on ${agent.host}`} className="rounded-xl border border-line bg-panel">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-1 px-5 pt-4">
        <span aria-hidden="true" className={`size-2 rounded-full ${TONES[state.tone]}`} />
        <h2 className="text-[15px] font-semibold">{agent.host}</h2>
        <span className={state.tone === 'bad' ? 'font-medium text-bad' : 'text-ink-2'}>{state.word}</span>
        <span className="ml-auto text-[12px] text-ink-3">last report {formatAge(now - agent.time)}</span>
      </header>
      {state.reason !== '' && <p className="mx-5 mt-3 rounded-md bg-bad-soft px-3 py-2 text-bad">{state.reason}</p>}
      <dl className="grid grid-cols-[repeat(5,auto)] justify-between gap-x-6 gap-y-3 px-5 py-4 max-lg:grid-cols-3 max-sm:grid-cols-2">
        <Fact name="Rate" value={agent.frequencyHz > 0 ? `${agent.frequencyHz} Hz per CPU` : '—'} />
        <Fact name="Running for" value={formatDuration(now - agent.startedAt)} />
        <Fact name="Kernel" value={agent.kernel} />
        <Fact name="Agent" value={agent.agentVersion} />
        <Fact
          name="Kernel time per sample"
          value={writeCost(counters)}
          hint={counters.runs > 0 ? '' : 'sysctl -w kernel.bpf_stats_enabled=1 measures it'}
          className="max-sm:col-span-2"
        />
      </dl>
      {counters.events > 0 && <Events counters={counters} />}
      {agent.state !== 'unavailable' || counters.events > 0 ? (
        <div className="grid grid-cols-2 max-lg:grid-cols-1">
          <Reasons
            title="How stacks ended"
            counters={counters.outcomes}
            whole={counters.outcomes.reduce((sum, { value }) => sum + value, 0)}
            none="No stack has been taken yet."
          />
          <Reasons
            title="Dropped, by reason"
            counters={counters.drops}
            whole={counters.events}
            none="Nothing: every event that fired is in the profile."
          />
        </div>
      ) : null}
      {counters.tables !== null && <Stacks agent={agent.agent} tables={counters.tables} unfolded={alone} />}
      {counters.rest.some(({ value }) => value > 0) && <Delivery counters={counters.rest} />}
    </section>
  );
}

/** Mean over all BPF programs; the kernel measures it only where it was told to, as that costs a little itself. */
function writeCost({ runtimeNs, runs }: AgentCounters): string {
  return runs > 0 ? `${(runtimeNs / runs / 1_000).toFixed(1)} µs` : 'not measured';
}

interface FactProps {
  readonly name: string;
  readonly value: string;
  /** Below the value. */
  readonly hint?: string;
  readonly className?: string;
}

function Fact({ name, value, hint = '', className = '' }: FactProps) {
  return (
    <div className={`min-w-0 ${className}`}>
      <dt className="text-[11px] text-ink-3">{name}</dt>
      <dd className="truncate" title={value}>
        {value}
      </dd>
      {hint !== '' && <dd className="text-[11px] text-ink-3">{hint}</dd>}
    </div>
  );
}

/** One bar of all events: kept, idle, dropped. */
function Events({ counters }: { readonly counters: AgentCounters }) {
  const { events, kept, idle, dropped } = counters;
  const parts = [
    { name: 'kept', value: kept, colour: 'bg-accent' },
    { name: 'idle', value: idle, colour: 'bg-line-strong' },
    { name: 'dropped', value: dropped, colour: 'bg-bad' },
  ].filter(({ value, name }) => value > 0 || name === 'dropped');
  const whole = parts.reduce((sum, { value }) => sum + value, 0) || 1;
  return (
    <div className="px-5 pb-4">
      <div className="flex h-2 gap-px overflow-hidden rounded-full bg-chip" aria-hidden="true">
        {parts.map(({ name, value, colour }) => (
          <span key={name} className={colour} style={{ width: `${(value / whole) * 100}%` }} />
        ))}
      </div>
      <p className="mt-2 flex flex-wrap gap-x-5 text-[12px] text-ink-2">
        <span>
          <b className="font-medium text-ink">{formatCount(events)}</b> events
        </span>
        {parts.map(({ name, value, colour }) => (
          <span key={name} className="flex items-center gap-1.5">
            <span aria-hidden="true" className={`size-2 rounded-xs ${colour}`} />
            <b className="font-medium text-ink">{formatCount(value)}</b> {name}, {formatShare(value / whole)}
          </span>
        ))}
      </p>
    </div>
  );
}

interface ReasonsProps {
  readonly title: string;
  readonly counters: readonly Counter[];
  readonly whole: number;
  readonly none: string;
}

function Reasons({ title, counters, whole, none }: ReasonsProps) {
  return (
    <div className="border-t border-line px-5 py-4 lg:odd:border-r">
      <h3 className="pb-1 text-[11px] text-ink-3">{title}</h3>
      {counters.length === 0 && <p className="text-ink-2">{none}</p>}
      <ul>
        {counters.map(({ name, value }) => (
          <li key={name} className="grid grid-cols-[1fr_auto_3.5rem] items-baseline gap-x-4 py-1">
            <span>{wordsOf(name)}</span>
            <span className="tabular-nums">{formatCount(value)}</span>
            <span className="text-right text-[12px] whitespace-nowrap text-ink-2 tabular-nums">
              {formatShare(whole > 0 ? value / whole : 0)}
            </span>
            {meaningOf(name) !== '' && (
              <span className="col-span-3 text-[12px] text-ink-3 sm:mr-28">{meaningOf(name)}</span>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
