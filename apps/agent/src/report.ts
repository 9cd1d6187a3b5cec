import { hostname, release } from 'node:os';
import manifest from '../package.json' with { type: 'json' };
import type { StackReport } from './stacks/stack-report.ts';

/** What the agent says of itself; the collector stores the last one (packages/storage, AgentReport). */
export interface Report {
  readonly agent: string;
  readonly host: string;
  readonly agentVersion: string;
  readonly kernel: string;
  /** Unix seconds. */
  readonly time: number;
  readonly startedAt: number;
  readonly state: AgentState;
  /** Why it is not sampling, one sentence; `''` while it is. */
  readonly reason: string;
  readonly frequencyHz: number;
  readonly counters: Readonly<Record<string, number>>;
  /** Null while there is no sampler. */
  readonly stacks: StackReport | null;
}

/** What is told besides how the agent is. */
export type ReportedCounts = Pick<Report, 'counters' | 'stacks'>;

export type AgentState = 'sampling' | 'unavailable' | 'stopped';

const nowSeconds = () => Math.floor(Date.now() / 1000);

/** Makes reports of one run of one agent, told apart from others on the machine by its port. */
export function reporter(port: number, frequencyHz: number) {
  const host = hostname();
  const startedAt = nowSeconds();
  return (state: AgentState, reason: string, counts: ReportedCounts): Report => ({
    agent: `${host}:${port}`,
    host,
    agentVersion: manifest.version,
    kernel: release(),
    time: nowSeconds(),
    startedAt,
    state,
    reason,
    frequencyHz,
    ...counts,
  });
}
