import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const BUILD_MS_MOST = 600_000;
const STOP_MS_MOST = 10_000;

export const PROGRAMS = join(import.meta.dirname, '..', 'programs');

interface Started {
  readonly child: ChildProcess;
  readonly signal: NodeJS.Signals;
}

export interface RunOptions {
  readonly user?: { readonly uid: number; readonly gid: number };
  readonly environment?: Readonly<Record<string, string>>;
  /** What the program ends by; SIGKILL by default. */
  readonly signal?: NodeJS.Signals;
  /** 'pipe': what it prints as errors can be read. */
  readonly errors?: 'pipe';
}

/** A folder of its own for each workload, and the programs that were started for it. Nothing outlives `close`. */
export class Stage {
  readonly folder = mkdtempSync(join(tmpdir(), 'strata-corpus-'));
  readonly #started: Started[] = [];

  constructor() {
    // Servers run as users of their own.
    chmodSync(this.folder, 0o755);
  }

  path(...parts: readonly string[]): string {
    return join(this.folder, ...parts);
  }

  /** A folder that belongs to a server's user. */
  folderOf(name: string, { uid, gid }: { uid: number; gid: number }): string {
    const folder = this.path(name);
    mkdirSync(folder, { mode: 0o700 });
    execFileSync('chown', [`${uid}:${gid}`, folder]);
    return folder;
  }

  write(name: string, text: string): string {
    writeFileSync(this.path(name), text);
    return this.path(name);
  }

  /** Runs a command to its end. Throws with what it printed when it fails. */
  finish(command: string, args: readonly string[], { user, environment }: RunOptions = {}): string {
    return execFileSync(command, args, {
      cwd: this.folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: BUILD_MS_MOST,
      maxBuffer: 64 << 20,
      env: { ...process.env, ...environment },
      ...user,
    });
  }

  /** Starts a program that runs until the stage is closed. */
  run(command: string, args: readonly string[], options: RunOptions = {}): ChildProcess {
    const settings: SpawnOptions = {
      cwd: this.folder,
      stdio: ['ignore', 'ignore', options.errors ?? 'ignore'],
      // A process group of its own, so that what it starts ends with it.
      detached: true,
      env: { ...process.env, ...options.environment },
      ...options.user,
    };
    const child = spawn(command, args, settings);
    child.on('error', (error) => console.error(error.message));
    this.#started.push({ child, signal: options.signal ?? 'SIGKILL' });
    return child;
  }

  /** Starts a command again whenever it has ended. */
  repeat(command: readonly string[], options: RunOptions = {}): ChildProcess {
    return this.run('sh', ['-c', 'while :; do "$@"; done >/dev/null 2>&1', 'sh', ...command], options);
  }

  /** Waits until `isReady` does not throw. */
  async until(isReady: () => unknown, seconds = 30): Promise<void> {
    for (let turn = 0; ; turn++) {
      try {
        isReady();
        return;
      } catch (error) {
        if (turn >= seconds * 5) throw error;
        await sleep(200);
      }
    }
  }

  async close(): Promise<void> {
    for (const { child, signal } of this.#started.toReversed()) await end(child, signal);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.pid === undefined) return;
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  if (signal !== 'SIGKILL' && !hasEnded()) {
    child.kill(signal);
    for (let waited = 0; waited < STOP_MS_MOST && !hasEnded(); waited += 50) await sleep(50);
  }
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The whole group has ended.
  }
  for (let waited = 0; waited < STOP_MS_MOST && !hasEnded(); waited += 20) await sleep(20);
}

/** Numbers of a user of this machine. */
export function userNamed(name: string): { readonly uid: number; readonly gid: number } {
  const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
