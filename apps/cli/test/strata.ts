import { type SpawnSyncOptionsWithStringEncoding, spawnSync } from 'node:child_process';
import { join } from 'node:path';

export const STRATA = join(import.meta.dirname, '../bin/strata.mjs');

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

/** Runs a command to its end. Without `input` its standard input is /dev/null. */
export function run(command: string, args: readonly string[], input?: string): Outcome {
  const options: SpawnSyncOptionsWithStringEncoding = {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    ...(input === undefined ? {} : { input }),
  };
  const { stdout, stderr, status, error } = spawnSync(command, args, options);
  if (error) throw error;
  return { stdout, stderr, code: status };
}

/** `strata` with this process's Node. */
export const strata = (args: readonly string[], input?: string): Outcome =>
  run(process.execPath, [STRATA, ...args], input);

/** What it printed, when it had nothing to complain of. */
export function printed(args: readonly string[], input?: string): string {
  const { stdout, stderr, code } = strata(args, input);
  if (code !== 0 || stderr !== '') throw new Error(`exit code ${code}: ${stderr}`);
  return stdout;
}
