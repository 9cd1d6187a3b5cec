import { expect, test } from 'vitest';
import {
  DROP_REASONS,
  type DropReason,
  OUTCOMES,
  type Outcome,
  TALLIES,
  type Tally,
} from '../../../packages/bpf/src/definitions.generated.ts';
import { type AgentCounters, sortCounters } from '../src/features/agents/agent-counters.ts';
import { MEANINGS, meaningOf, upkeepWordsOf, wordsOf } from '../src/features/agents/reasons.ts';

// The types alone fail for a name that is new in native/definitions and has no sentence, or no place on the page, yet.
MEANINGS satisfies Readonly<Record<`outcome.${Outcome}` | `dropped.${DropReason}`, string>>;
type Shown<Name extends keyof AgentCounters> = Name;
const tallies: Readonly<Record<Tally, Shown<'events' | 'kept' | 'idle'>>> = {
  EVENTS: 'events',
  KEPT: 'kept',
  IDLE: 'idle',
};

test.each([...OUTCOMES.map((name) => `outcome.${name}`), ...DROP_REASONS.map((name) => `dropped.${name}`)])(
  '%s is explained on the page, in a sentence',
  (counter) => {
    expect(meaningOf(counter)).toMatch(/^[A-Z].{20,}\.$/);
    expect(wordsOf(counter)).toMatch(/^[a-z][a-z ]+$/);
  },
);

test.each(TALLIES)('%s is a figure of its own and not left over', (tally) => {
  const counters = sortCounters({ [tally.toLowerCase()]: 7 });
  expect(counters[tallies[tally]]).toBe(7);
  expect(counters.rest).toEqual([]);
});

test.each([
  ...['processes', 'push.stored', 'push.duplicate', 'push.retries', 'push.refused', 'push.refused_samples'],
  ...['spool.batches', 'spool.bytes', 'spool.dropped_batches', 'spool.dropped_samples', 'stacks.missing'],
  ...['drain.failed', 'process_events.lost', 'tables.cache_failures'],
  ...['debug_files.sent', 'debug_files.unavailable', 'debug_files.failed'],
  ...['symbols.sent', 'symbols.failed', 'symbols.unavailable'],
])('%s, of delivery and upkeep, is explained in a sentence', (counter) => {
  expect(upkeepWordsOf(counter).meaning).toMatch(/^[A-Z].{20,}\.$/);
});
