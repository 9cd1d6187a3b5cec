import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { EXIT_CONFIGURATION } from '@strata/settings';
import type { Program } from './programs.ts';

const LAST_WORDS_MS = 500;
/** What Node prints round the message of an error that nobody caught. */
const NO_WORDS = /^\s*(at .*|Node\.js v.*|[{}[\]^]*|throw .*|\S+:\d+)?$/;
const RESTART_MS_FIRST = 1_000;
const RESTART_MS_MOST = 30_000;
const STEADY_MS = 60_000;
const STOP_MS = 15_000;
const LOG_BYTES_KEPT = 16 << 20;

export interface SupervisorEvents {
  /** A program ended by itself; `restartInMs` is null when it will not be started again. */
  exited(program: Program, reason: string, restartInMs: number | null): void;
}

/** Keeps one program running: starts it, restarts it with growing pauses, stops it. */
export class Supervisor {
  readonly program: Program;
  #root: string;
  #logFolder: string;
  #environment: NodeJS.ProcessEnv;
  #events: SupervisorEvents;
  #child: ChildProcess | null = null;
  #lines: Interface | null = null;
  #lastWords = '';
  #startedAt = 0;
  #pauseMs = RESTART_MS_FIRST;
  #timer: NodeJS.Timeout | null = null;
  #stopping = false;
  #exit: Promise<void> = Promise.resolve();

  constructor(
    program: Program,
    root: string,
    logFolder: string,
    environment: NodeJS.ProcessEnv,
    events: SupervisorEvents,
  ) {
    this.program = program;
    this.#root = root;
    this.#logFolder = logFolder;
    this.#environment = environment;
    this.#events = events;
  }

  /** Of the program while it runs. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** The last line on standard error, which by convention says why a program ended. */
  get lastWords(): string {
    return this.#lastWords;
  }

  start(): void {
    const { entry, environment, nodeFlags } = this.program;
    const log = this.#openLog();
    this.#startedAt = Date.now();
    this.#lastWords = '';
    // setpriv makes the kernel end the program if this launcher is killed; a process group of its own keeps Ctrl-C for us.
    const command = ['--pdeathsig', 'TERM', '--', process.execPath, ...nodeFlags, join(this.#root, entry)];
    const child = spawn('setpriv', command, {
      cwd: this.#root,
      env: { ...this.#environment, ...environment },
      stdio: ['ignore', log, 'pipe'],
      detached: true,
    });
    closeSync(log);
    this.#child = child;
    this.#lines = createInterface({ input: child.stderr! });
    this.#lines.on('line', (line) => {
      if (!NO_WORDS.test(line)) this.#lastWords = line.trim();
    });
    this.#exit = new Promise((resolve) => {
      child.once('error', (error) => this.#ended(`it could not be started: ${error.message}`, null, resolve));
      child.once('exit', (code, signal) => {
        const ended = () => this.#ended(signal ? `ended by ${signal}` : `exit code ${code}`, code, resolve);
        // Its last words may still be on their way; a child of its own may hold its error output open long after it.
        const wait = setTimeout(ended, LAST_WORDS_MS);
        child.once('close', () => {
          clearTimeout(wait);
          ended();
        });
      });
    });
  }

  /** Asks the program to end, waits, and after a while makes it. Resolves when it is gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#timer) clearTimeout(this.#timer);
    const child = this.#child;
    if (!child) return;
    child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await this.#exit;
    clearTimeout(force);
  }

  #ended(how: string, code: number | null, resolve: () => void): void {
    if (!this.#child) return;
    this.#child = null;
    this.#lines?.close();
    resolve();
    if (this.#stopping) return;
    // What is killed did not say why.
    const reason = this.#lastWords && code !== null ? `${this.#lastWords} (${how})` : how;
    if (code === EXIT_CONFIGURATION) {
      this.#events.exited(this.program, this.#lastWords || how, null);
      return;
    }
    if (Date.now() - this.#startedAt > STEADY_MS) this.#pauseMs = RESTART_MS_FIRST;
    this.#events.exited(this.program, reason, this.#pauseMs);
    this.#timer = setTimeout(() => this.start(), this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, RESTART_MS_MOST);
  }

  #openLog(): number {
    mkdirSync(this.#logFolder, { recursive: true });
    const file = join(this.#logFolder, `${this.program.name}.log`);
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LOG_BYTES_KEPT) renameSync(file, `${file}.1`);
    return openSync(file, 'a');
  }
}
