import type { UnixSeconds } from '@strata/profile';
import type { AgentReport, StackReport } from '../api.ts';
import type { Connection } from '../connection.ts';
import { RowBinaryWriter } from '../row-binary.ts';

const COLUMNS = 'agent, host, agent_version, kernel, time, started_at, state, reason, frequency_hz, counters, stacks';

export async function writeAgentReport(
  connection: Connection,
  report: AgentReport,
  stacks: StackReport | null,
): Promise<void> {
  const row = new RowBinaryWriter();
  row.string(report.agent);
  row.string(report.host);
  row.string(report.agentVersion);
  row.string(report.kernel);
  row.int64(BigInt(Math.round(report.time * 1000)));
  row.int64(BigInt(Math.round(report.startedAt * 1000)));
  row.string(report.state);
  row.string(report.reason);
  row.uint16(report.frequencyHz);
  row.numbers(report.counters);
  row.string(stacks === null ? '' : JSON.stringify(stacks));
  row.endRow();
  await connection.insert('agents', COLUMNS, row, { doing: 'writing an agent’s report' });
}

/** The latest report of each agent heard of in the last 7 days, by name. */
export async function listAgents(connection: Connection): Promise<readonly AgentReport[]> {
  const rows = await connection.rows<AgentReport & { time: number; startedAt: number }>(
    `SELECT agent, host, agent_version AS agentVersion, kernel, toFloat64(time) AS time, toFloat64(started_at) AS startedAt,
       state, reason, frequency_hz AS frequencyHz, counters
     FROM ${connection.database}.agents
     WHERE agents.time > now() - INTERVAL 7 DAY
     ORDER BY agent, agents.time DESC LIMIT 1 BY agent`,
    { doing: 'listing agents' },
  );
  return rows.map((row) => ({ ...row, time: row.time as UnixSeconds, startedAt: row.startedAt as UnixSeconds }));
}

/** A question of its own: it is a thousand times what `listAgents` needs of an agent. */
export async function readAgentStacks(connection: Connection, agent: string): Promise<StackReport | null> {
  const [row] = await connection.rows<{ stacks: string }>(
    `SELECT stacks FROM ${connection.database}.agents
     WHERE agent = {agent:String} AND agents.time > now() - INTERVAL 7 DAY
     ORDER BY agents.time DESC LIMIT 1`,
    { doing: 'reading what an agent tells of stacks', parameters: { agent } },
  );
  return row && row.stacks !== '' ? (JSON.parse(row.stacks) as StackReport) : null;
}
