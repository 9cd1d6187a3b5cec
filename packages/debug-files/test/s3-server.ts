import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { S3Location } from '@strata/settings';

/** Built by scripts/setup.mjs --tests. */
const PROGRAM = join(import.meta.dirname, '../../../node_modules/.cache/strata-tests/versitygw');
const ACCESS = 'strata-test';
const SECRET = 'strata-test-secret';

/** A real S3 server (versitygw) over a folder, with one bucket. It checks signatures and checksums. */
export class S3Server {
  readonly location: S3Location;
  #folder: string;
  #port: number;
  #process: ChildProcess | null = null;

  constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
    this.location = {
      bucket: 'strata',
      prefix: 'debug/files/',
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${port}`,
    };
  }

  /** Starts it, and gives this process the keys where the AWS SDK looks for them. */
  async start(): Promise<void> {
    if (!existsSync(PROGRAM)) throw new Error('The S3 server is not built: run node scripts/setup.mjs --tests.');
    mkdirSync(join(this.#folder, this.location.bucket), { recursive: true });
    mkdirSync(join(this.#folder, '.sidecar'), { recursive: true });
    process.env.AWS_ACCESS_KEY_ID = ACCESS;
    process.env.AWS_SECRET_ACCESS_KEY = SECRET;
    const general = [
      '--port',
      `127.0.0.1:${this.#port}`,
      '--access',
      ACCESS,
      '--secret',
      SECRET,
      '--health',
      '/health',
    ];
    this.#process = spawn(PROGRAM, [...general, '--quiet', 'posix', this.#folder], { stdio: 'ignore' });
    while (!(await fetch(`${this.location.endpoint}/health`).catch(() => null))?.ok) await sleep(50);
  }

  async stop(): Promise<void> {
    if (!this.#process) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill();
    await ended;
    this.#process = null;
  }
}
