import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { clickhousePasswordFile } from '@strata/settings';

/** An embedded ClickHouse that runs in a process of its own. */
export interface EmbeddedClickHouse {
  /** Such as `http://127.0.0.1:7402`. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly pid: number;
  /** SIGTERM, then waits until the process has gone. Resolves with its exit code. May be called again. */
  stop(): Promise<number | null>;
  /** SIGKILL, for tests of what survives it. */
  kill(): Promise<void>;
}

/** Where it keeps its data and where it listens; `host` is loopback by default. */
export interface EmbeddedClickHouseOptions {
  readonly dataFolder: string;
  readonly port: number;
  readonly host?: string;
}

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const START_MOST_MS = 60_000;

/**
 * Starts the real process and resolves when it answers. For tests and benchmarks: `npm start` starts it through the
 * launcher. Throws an Error with the process's own sentence when it ends instead.
 */
export async function startEmbeddedClickHouse(options: EmbeddedClickHouseOptions): Promise<EmbeddedClickHouse> {
  const { dataFolder, port, host = '127.0.0.1' } = options;
  const child = spawn(process.execPath, [MAIN], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      STRATA_DATA: dataFolder,
      STRATA_HOST: host,
      STRATA_CLICKHOUSE_PORT: String(port),
    },
  });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-4096);
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const end = async (signal: NodeJS.Signals) => {
    if (running(child)) child.kill(signal);
    return (await exited)[0];
  };
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const deadline = Date.now() + START_MOST_MS;
  while (!(await answers(url, child.pid!))) {
    if (running(child) && Date.now() < deadline) {
      await sleep(20);
      continue;
    }
    await end('SIGKILL');
    throw new Error(`The embedded ClickHouse did not start: ${said.trim() || 'it said nothing'}`);
  }
  const password = readFileSync(clickhousePasswordFile(dataFolder), 'utf8').trim();
  return {
    url,
    user: 'strata',
    password,
    pid: child.pid!,
    stop: () => end('SIGTERM'),
    kill: async () => void (await end('SIGKILL')),
  };
}

function running(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

/** Another process may answer on the port: it is ours only when it says our process's id. */
async function answers(url: string, pid: number): Promise<boolean> {
  try {
    const response = await fetch(`${url}/healthz`);
    return response.ok && ((await response.json()) as { pid?: number }).pid === pid;
  } catch {
    return false;
  }
}
