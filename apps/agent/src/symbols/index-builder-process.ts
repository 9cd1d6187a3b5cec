import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { BuildAnswer, BuildRequest } from './index-builder.ts';

export interface BuildLimits {
  /** What the builder may have of memory of its own; mapped files do not count. */
  readonly bytes: number;
  /** For one file. */
  readonly seconds: number;
}

const BUILDER = join(import.meta.dirname, 'index-builder.ts');
const MIB = 1 << 20;

/** Rust says «memory allocation of N bytes failed», V8 «out of memory» and «allocation failed», C++ «bad_alloc». */
const isOutOfMemory = (complaint: string) =>
  /memory allocation of|out of memory|allocation failed|bad_alloc/i.test(complaint);

/** The process that builds indexes, started when there is something to build: whatever a file does to it, the next has a new one. */
export class IndexBuilderProcess {
  #limits: BuildLimits;
  #process: ChildProcess | null = null;
  #isOutOfMemory = false;

  constructor(limits: BuildLimits) {
    this.#limits = limits;
  }

  /** Null when the index was written, else why it could not be. `path` names the file to readers. */
  build(request: BuildRequest, path: string): Promise<string | null> {
    const builder = this.#process?.connected ? this.#process : this.#start();
    const { seconds } = this.#limits;
    return new Promise((resolve) => {
      let late = false;
      const timer = setTimeout(() => {
        late = true;
        builder.kill('SIGKILL');
      }, seconds * 1000);
      const done = (reason: string | null) => {
        clearTimeout(timer);
        builder.removeListener('message', answered);
        builder.removeListener('close', ended);
        resolve(reason);
      };
      const answered = ({ reason }: BuildAnswer) => done(reason);
      const ended = (code: number | null, signal: string | null) => done(this.#whyEnded(path, late, code, signal));
      builder.once('message', answered);
      // Not «exit»: standard error may say more until «close».
      builder.once('close', ended);
      // What cannot be sent is told by the end.
      builder.send(request, () => undefined);
    });
  }

  stop(): void {
    this.#process?.kill('SIGKILL');
  }

  #whyEnded(path: string, late: boolean, code: number | null, signal: string | null): string {
    const { bytes, seconds } = this.#limits;
    if (late || signal === 'SIGXCPU') return `Building the index of ${path} took more than ${seconds} seconds.`;
    if (this.#isOutOfMemory)
      return `Building the index of ${path} took more than ${Math.round(bytes / MIB)} MiB of memory.`;
    return `Reading ${path} ended the index builder (${signal ?? `exit code ${code}`}).`;
  }

  #start(): ChildProcess {
    const { bytes, seconds } = this.#limits;
    this.#isOutOfMemory = false;
    const builder = fork(BUILDER, [String(bytes), String(seconds)], {
      execArgv: ['--max-old-space-size=64'],
      // Printing one takes memory that is not there.
      env: { ...process.env, RUST_BACKTRACE: '0' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    builder.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#isOutOfMemory ||= isOutOfMemory(text);
      process.stderr.write(text);
    });
    this.#process = builder;
    return builder;
  }
}
