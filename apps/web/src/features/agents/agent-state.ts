import type { inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from '../../server/router.ts';

export type AgentRow = inferRouterOutputs<AppRouter>['agents']['list']['agents'][number];

/** Six reports missed. */
const SILENT_SECONDS = 60;

export const isSilent = (agent: AgentRow, now: number): boolean => now - agent.time > SILENT_SECONDS;

export interface StateWords {
  readonly tone: 'good' | 'bad' | 'quiet';
  readonly word: string;
  /** Why, in one sentence; '' when all is well. */
  readonly reason: string;
}

/** What to say of an agent as of `now` (Unix seconds). */
export function stateOf(agent: AgentRow, now: number): StateWords {
  if (agent.state === 'stopped') return { tone: 'quiet', word: 'stopped', reason: agent.reason };
  if (isSilent(agent, now))
    return {
      tone: 'bad',
      word: 'silent',
      reason: 'It does not report any more: the program or its node is down, or it cannot reach the collector.',
    };
  if (agent.state === 'unavailable') return { tone: 'bad', word: 'not sampling', reason: agent.reason };
  return { tone: 'good', word: 'sampling', reason: '' };
}
