import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BuildId, parseBuildId } from '@strata/profile';
import type { Logger } from '@strata/settings';
import { type CodeFiles, pathsOf } from '../process/code-files.ts';
import { type Answer, type CollectorClient, jsonBody, refusalIn } from '../push/collector-client.ts';
import { type BuildLimits, IndexBuilderProcess } from './index-builder-process.ts';

const WAITING_MOST = 10_000;
const ATTEMPTS = 3;
const PAUSE_MS = 5_000;

/** Builds the symbol indexes that the collector asks for, one after the other, and sends them. */
export class SymbolService {
  readonly counters = { sent: 0, unavailable: 0, failed: 0 };
  #files: Pick<CodeFiles, 'withBuildId'>;
  #client: CollectorClient;
  #logger: Logger;
  #output: string;
  #waiting = new Set<BuildId>();
  #working = false;
  #stopping = new AbortController();
  #builder: IndexBuilderProcess;

  /** `folder` takes one index at a time on its way. */
  constructor(
    files: Pick<CodeFiles, 'withBuildId'>,
    client: CollectorClient,
    logger: Logger,
    folder: string,
    limits: BuildLimits,
  ) {
    this.#files = files;
    this.#client = client;
    this.#logger = logger;
    this.#output = join(folder, 'symbols.index');
    this.#builder = new IndexBuilderProcess(limits);
  }

  /** Queues what the collector wants; what is no build ID is not answered. */
  want(buildIds: readonly string[]): void {
    for (const text of buildIds) {
      if (this.#waiting.size >= WAITING_MOST) break;
      try {
        this.#waiting.add(parseBuildId(text));
      } catch (error) {
        this.#logger.warn({ reason: (error as Error).message }, 'the collector asked for something else');
      }
    }
    if (!this.#working) void this.#work();
  }

  stop(): void {
    this.#stopping.abort();
    this.#builder.stop();
    rmSync(this.#output, { force: true });
  }

  async #work(): Promise<void> {
    this.#working = true;
    for (const buildId of this.#waiting) {
      if (this.#stopping.signal.aborted) break;
      const reason = await this.#buildFrom(buildId);
      if (reason === null) await this.#deliver(buildId);
      else if (!this.#stopping.signal.aborted) await this.#reportUnavailable(buildId, reason);
      this.#waiting.delete(buildId);
    }
    rmSync(this.#output, { force: true });
    this.#working = false;
  }

  /** Null when the index was written, else why it could not be. */
  async #buildFrom(buildId: BuildId): Promise<string | null> {
    const file = this.#files.withBuildId(buildId);
    if (!file) return 'This agent has not seen the file since it started.';
    return this.#builder.build({ buildId, paths: pathsOf(file), output: this.#output }, file.path);
  }

  async #deliver(buildId: BuildId): Promise<void> {
    const body = { type: 'application/octet-stream', encoding: 'zstd', content: { file: this.#output } } as const;
    const answer = await this.#persist(() =>
      this.#client.send('PUT', `api/v1/symbols/${buildId}`, body, this.#stopping.signal),
    );
    if (answer === null) this.counters.failed++;
    else if (answer.status < 300) this.counters.sent++;
    else await this.#reportUnavailable(buildId, `The collector refused the index: ${refusalIn(answer)}`);
  }

  async #reportUnavailable(buildId: BuildId, reason: string): Promise<void> {
    this.counters.unavailable++;
    this.#logger.info({ buildId, reason }, 'no symbols for this file');
    const body = jsonBody({ reason: reason.slice(0, 2_000) });
    await this.#persist(() =>
      this.#client.send('POST', `api/v1/symbols/${buildId}/unavailable`, body, this.#stopping.signal),
    );
  }

  /** The collector's last word, or null when it did not come: it will ask again. */
  async #persist(attempt: () => Promise<Answer>): Promise<Answer | null> {
    for (let left = ATTEMPTS; left > 0 && !this.#stopping.signal.aborted; left--) {
      const answer = await attempt().catch((error: Error) => {
        this.#logger.debug({ reason: error.message }, 'the collector took no symbols this time');
        return null;
      });
      if (answer !== null && answer.status < 500 && answer.status !== 429) return answer;
      await sleep(PAUSE_MS, undefined, { signal: this.#stopping.signal, ref: false }).catch(() => undefined);
    }
    return null;
  }
}
