import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@strata/settings';
import { type Answer, type CollectorClient, refusalIn } from './collector-client.ts';
import type { Spool } from './spool.ts';

const PAUSE_MS_FIRST = 500;
const PAUSE_MS_MOST = 10_000;

/** What the collector asks for in its answer to a batch, by build ID. */
export interface Wanted {
  readonly symbols: readonly string[];
  readonly debugFiles: readonly string[];
}

/** The collector is there but cannot take it now. */
const isTemporary = ({ status }: Answer) => status === 408 || status === 429 || status >= 500;

/**
 * Sends what waits in the spool, oldest first, one at a time. A batch leaves the spool only when the collector has
 * stored it or refused it for good; its bytes never change, so a repeat is recognised.
 */
export class Pusher {
  readonly counters = { stored: 0, duplicate: 0, refused: 0, refusedSamples: 0, retries: 0 };
  #spool: Spool;
  #client: CollectorClient;
  #logger: Logger;
  #wanted: (wanted: Wanted) => void;
  #stopping = new AbortController();
  /** Aborting it ends the pause between two attempts. */
  #pausing = new AbortController();
  #finishing = false;
  #running: Promise<void> | null = null;
  #pauseMs = PAUSE_MS_FIRST;
  /** Why the last attempt failed; `''` after one that did not. */
  lastFailure = '';

  /** `wanted` hears of what the collector asks for. */
  constructor(spool: Spool, client: CollectorClient, logger: Logger, wanted: (wanted: Wanted) => void) {
    this.#spool = spool;
    this.#client = client;
    this.#logger = logger;
    this.#wanted = wanted;
  }

  /** Starts sending unless that is under way. */
  wake(): void {
    this.#running ??= this.#sendAll().finally(() => {
      this.#running = null;
    });
  }

  /**
   * Resolves when the spool is empty, an attempt fails or `mostMs` have passed; what is left stays on disk for the next
   * run.
   */
  async finish(mostMs: number): Promise<void> {
    this.#finishing = true;
    this.#pausing.abort();
    this.wake();
    const timer = setTimeout(() => this.#stopping.abort(), mostMs);
    await this.#running;
    // What was under way may have ended with a failure of before; each gets one attempt now.
    if (this.#spool.length > 0) {
      this.wake();
      await this.#running;
    }
    clearTimeout(timer);
    this.#stopping.abort();
  }

  async #sendAll(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const next = this.#spool.take();
      if (!next) return;
      const pauseMs = await this.#sendOne(next.content, next.entry.samples);
      if (pauseMs === null) {
        this.#spool.remove(next.entry);
        continue;
      }
      this.#spool.release();
      this.counters.retries++;
      if (this.#finishing) return;
      await sleep(pauseMs, undefined, { signal: this.#pausing.signal }).catch(() => undefined);
      if (this.#finishing) return;
    }
  }

  /** Null when the collector has decided about it, else how long to wait before the next attempt. */
  async #sendOne(content: Buffer, samples: number): Promise<number | null> {
    const { signal } = this.#stopping;
    try {
      const body = { type: 'application/json', encoding: 'zstd', content } as const;
      const answer = await this.#client.send('POST', 'api/v1/batches', body, signal);
      if (isTemporary(answer)) return this.#failed(refusalIn(answer), answer.retryAfterMs);
      if (answer.status >= 300) this.#refused(answer, samples);
      else this.#accepted(answer);
      return null;
    } catch (error) {
      return this.#failed((error as Error).message, 0);
    }
  }

  #accepted({ body }: Answer): void {
    const { stored, wanted, wantedDebugFiles } = JSON.parse(body) as {
      stored: 'stored' | 'duplicate';
      wanted?: string[];
      wantedDebugFiles?: string[];
    };
    this.counters[stored === 'duplicate' ? 'duplicate' : 'stored']++;
    if (this.lastFailure) this.#logger.info({ waiting: this.#spool.length }, 'the collector takes batches again');
    this.lastFailure = '';
    this.#pauseMs = PAUSE_MS_FIRST;
    const asked: Wanted = { symbols: wanted ?? [], debugFiles: wantedDebugFiles ?? [] };
    if (asked.symbols.length + asked.debugFiles.length > 0) this.#wanted(asked);
  }

  #refused(answer: Answer, samples: number): void {
    this.counters.refused++;
    this.counters.refusedSamples += samples;
    this.#logger.error({ status: answer.status, reason: refusalIn(answer) }, 'the collector refused a batch for good');
  }

  #failed(reason: string, askedMs: number): number {
    if (!this.lastFailure) this.#logger.warn({ reason, waiting: this.#spool.length }, 'batches wait on disk');
    this.lastFailure = reason;
    // Agents that lost the same collector must not come back in step.
    const pauseMs = this.#pauseMs * (0.5 + Math.random() / 2);
    this.#pauseMs = Math.min(this.#pauseMs * 2, PAUSE_MS_MOST);
    return Math.max(pauseMs, Math.min(askedMs, PAUSE_MS_MOST));
  }
}
