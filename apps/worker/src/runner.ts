import type { Logger } from '@strata/settings';
import { Cron } from 'croner';
import type { Job } from './jobs.ts';

/** How a job fared; times are Unix seconds, null before the first run. */
export interface JobState {
  readonly name: string;
  readonly runs: number;
  readonly failures: number;
  readonly lastStart: number | null;
  readonly lastSeconds: number | null;
  /** One sentence; null when the last run went well. */
  readonly lastError: string | null;
}

/** Runs each job at its times, at once after start-up, and never twice at a time. */
export class Runner {
  #crons: Cron[] = [];
  #states = new Map<string, JobState>();
  #running = new Set<Promise<void>>();
  #logger: Logger;

  constructor(jobs: readonly Job[], logger: Logger) {
    this.#logger = logger;
    for (const job of jobs) {
      this.#states.set(job.name, {
        name: job.name,
        runs: 0,
        failures: 0,
        lastStart: null,
        lastSeconds: null,
        lastError: null,
      });
      const cron = new Cron(job.schedule, { timezone: 'UTC', protect: true }, () => this.#run(job));
      this.#crons.push(cron);
      void cron.trigger();
    }
  }

  get states(): readonly JobState[] {
    return [...this.#states.values()];
  }

  /** Starts nothing more and waits for what runs. */
  async stop(): Promise<void> {
    for (const cron of this.#crons) cron.stop();
    await Promise.all(this.#running);
  }

  #run(job: Job): Promise<void> {
    const run = this.#runOnce(job);
    this.#running.add(run);
    return run.finally(() => this.#running.delete(run));
  }

  async #runOnce(job: Job): Promise<void> {
    const started = Date.now();
    let lastError: string | null = null;
    try {
      await job.run();
    } catch (error) {
      lastError = (error as Error).message;
      this.#logger.error({ job: job.name, error: lastError }, 'job failed');
    }
    const before = this.#states.get(job.name)!;
    this.#states.set(job.name, {
      name: job.name,
      runs: before.runs + 1,
      failures: before.failures + (lastError === null ? 0 : 1),
      lastStart: Math.floor(started / 1000),
      lastSeconds: (Date.now() - started) / 1000,
      lastError,
    });
  }
}
