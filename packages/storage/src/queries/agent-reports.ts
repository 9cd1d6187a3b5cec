import type { UnixSeconds } from '@strata/profile';
import type { AgentReport } from '../api.ts';
import type { Connection } from '../connection.ts';
import { RowBinaryWriter } from '../row-binary.ts';

const COLUMNS = 'agent, host, agent_version, kernel, time, started_at, state, reason, frequency_hz, counters';

export async function writeAgentReport(connection: Connection, report: AgentReport): Promise<void> {
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
