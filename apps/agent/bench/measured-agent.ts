import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings } from '@strata/settings';
import { programsFor } from '../../launcher/src/programs.ts';

export const ROOT = join(import.meta.dirname, '..', '..', '..');

/** An agent as the launcher starts it, with data of its own, whose batches go to that port. */
export function startAgent(folder: string, port: number, collectorPort: number): ChildProcess {
  const environment = {
    STRATA_DATA: folder,
    STRATA_AGENT_PORT: String(port),
    STRATA_COLLECTOR_URL: `http://127.0.0.1:${collectorPort}`,
    STRATA_LOG_LEVEL: 'warn',
  };
  const program = programsFor(readSettings(environment)).find(({ name }) => name === 'agent')!;
  return spawn(process.execPath, [...program.nodeFlags, join(ROOT, program.entry)], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...environment, ...program.environment },
  });
}

/** A figure of /proc/PID/status in MiB. */
export const statusMiB = (pid: number, name: string) =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;

export function print(name: string, value: number, unit: string): void {
  console.log(JSON.stringify({ name, value: Number(value.toPrecision(4)), unit, peer: null, ratio: null }));
}
