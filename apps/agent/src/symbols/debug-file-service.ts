import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { type BuildId, parseBuildId } from '@strata/profile';
import type { Logger } from '@strata/settings';
import { type CodeFiles, pathsOf } from '../process/code-files.ts';
import { type CollectorClient, jsonBody } from '../push/collector-client.ts';
import type { UploadAnswer, UploadQuestion } from './debug-file-uploader.ts';

const WAITING_MOST = 10_000;
const IN_FLIGHT_MOST = 2;
const UPLOADER = join(import.meta.dirname, 'debug-file-uploader.ts');

export interface DebugFileOptions {
  readonly collectorUrl: string;
  readonly bytesPerSecond: number;
}

/** Has the debug files that the collector asks for looked for and uploaded, two at a time, by a process of its own. */
export class DebugFileService {
  readonly counters = { sent: 0, unavailable: 0, failed: 0 };
  #files: Pick<CodeFiles, 'withBuildId'>;
  #client: CollectorClient;
  #logger: Logger;
  #options: DebugFileOptions;
  #waiting = new Set<BuildId>();
  #inFlight = new Map<BuildId, (answer: UploadAnswer) => void>();
  #uploader: ChildProcess | null = null;
  #stopped = false;

  constructor(
    files: Pick<CodeFiles, 'withBuildId'>,
    client: CollectorClient,
    logger: Logger,
    options: DebugFileOptions,
  ) {
    this.#files = files;
    this.#client = client;
    this.#logger = logger;
    this.#options = options;
  }

  /** Queues what the collector wants; what is no build ID is not answered. */
  want(buildIds: readonly string[]): void {
    for (const text of buildIds) {
      if (this.#waiting.size >= WAITING_MOST) break;
      try {
        const buildId = parseBuildId(text);
        if (!this.#inFlight.has(buildId)) this.#waiting.add(buildId);
      } catch (error) {
        this.#logger.warn({ reason: (error as Error).message }, 'the collector asked for something else');
      }
    }
    this.#next();
  }

  /** Uploads that are under way end; asked again, they go on where they ended. */
  stop(): void {
    this.#stopped = true;
    this.#uploader?.kill('SIGKILL');
  }

  #next(): void {
    for (const buildId of this.#waiting) {
      if (this.#stopped || this.#inFlight.size >= IN_FLIGHT_MOST) return;
      this.#waiting.delete(buildId);
      void this.#deal(buildId).finally(() => this.#next());
    }
  }

  async #deal(buildId: BuildId): Promise<void> {
    const file = this.#files.withBuildId(buildId);
    const answer = file
      ? await this.#ask({
          buildId,
          path: file.path,
          openable: pathsOf(file),
          roots: [...file.locations.map(({ pid }) => `/proc/${pid}/root`).toReversed(), ''],
        })
      : failure(buildId, 'not found', 'This agent has not seen the file since it started.');
    const { lookedAt, outcome, reason } = answer;
    if (this.#stopped) return;
    if (outcome === 'sent') this.counters.sent++;
    else if (outcome === 'failed') {
      this.counters.failed++;
      this.#logger.warn({ buildId, reason }, 'a debug file could not be uploaded');
    } else {
      this.counters.unavailable++;
      this.#logger.info({ buildId, outcome, reason }, 'no debug file is sent');
      if (outcome !== 'not wanted') await this.#tellUnavailable(buildId, reason, lookedAt);
    }
  }

  async #tellUnavailable(buildId: BuildId, reason: string, lookedAt: readonly string[]): Promise<void> {
    try {
      const body = jsonBody({ reason: reason.slice(0, 2_000), lookedAt });
      await this.#client.send('POST', `api/v1/debug-files/${buildId}/unavailable`, body);
    } catch (error) {
      // It asks again, and is told then.
      this.#logger.debug({ reason: (error as Error).message }, 'the collector could not be told');
    }
  }

  #ask(question: UploadQuestion): Promise<UploadAnswer> {
    return new Promise((resolve) => {
      const { buildId } = question;
      const done = (answer: UploadAnswer) => {
        this.#inFlight.delete(buildId);
        resolve(answer);
      };
      this.#inFlight.set(buildId, done);
      const uploader = this.#uploader?.connected ? this.#uploader : this.#startUploader();
      uploader.send(question, (error) => error && done(failure(buildId, 'failed', error.message)));
    });
  }

  #startUploader(): ChildProcess {
    const { bytesPerSecond, collectorUrl } = this.#options;
    const uploader = fork(UPLOADER, [collectorUrl, String(bytesPerSecond)], {
      execArgv: ['--max-old-space-size=64'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#uploader = uploader;
    uploader.on('message', (answer: UploadAnswer) => this.#inFlight.get(answer.buildId as BuildId)?.(answer));
    uploader.once('exit', (code, signal) => {
      if (this.#uploader !== uploader) return;
      this.#uploader = null;
      const reason = `The program that uploads debug files ended (${signal ?? `exit code ${code}`}).`;
      for (const [buildId, done] of this.#inFlight) done(failure(buildId, 'failed', reason));
    });
    return uploader;
  }
}

const failure = (buildId: BuildId, outcome: UploadAnswer['outcome'], reason: string): UploadAnswer => ({
  buildId,
  outcome,
  reason,
  lookedAt: [],
});
