import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../collector/src/main.ts', import.meta.url));

/** A collector in a process of its own, which may be killed. */
export class CollectorProcess {
  readonly url: string;
  #environment: NodeJS.ProcessEnv;
  #process: ChildProcess | null = null;

  constructor(dataFolder: string, clickhousePort: number, port: number) {
    this.url = `http://127.0.0.1:${port}`;
    this.#environment = {
      ...process.env,
      STRATA_DATA: dataFolder,
      STRATA_CLICKHOUSE_PORT: String(clickhousePort),
      STRATA_COLLECTOR_PORT: String(port),
    };
  }

  async start(): Promise<void> {
    this.#process = spawn(process.execPath, [MAIN], { env: this.#environment, stdio: 'ignore' });
    while (!(await fetch(`${this.url}/healthz`).catch(() => null))?.ok) await sleep(50);
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    if (!this.#process) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill(signal);
    await ended;
    this.#process = null;
  }

  /** Bytes of debug files that came in since it started. */
  async bytesReceived(): Promise<number> {
    const metrics = await (await fetch(`${this.url}/metrics`)).text();
    return Number(/^strata_collector_debug_file_bytes_total (\d+)/m.exec(metrics)?.[1] ?? 0);
  }
}
