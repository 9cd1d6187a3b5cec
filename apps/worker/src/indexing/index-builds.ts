import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  compareKinds,
  type DebugFileRecord,
  type DebugFiles,
  type IndexTicket,
  parseIndexHeader,
  readIndexHeader,
} from '@strata/debug-files';
import type { Logger } from '@strata/settings';
import type { IndexStore } from '@strata/symbolizer';
import manifest from '../../package.json' with { type: 'json' };
import { type BuildLimits, type BuildResult, buildInChild } from './build-in-child.ts';

/** A worker that ended so often while it built one index would end for ever. */
const ATTEMPTS_MOST = 3;
/** What sections may unpack to, as a multiple of the memory a build may take. */
const UNPACKED_RATIO = 4;
/** Another version of Strata may build what this one could not, and better what it could. */
const BUILDER = manifest.version;

export interface IndexBuildsOptions {
  readonly files: DebugFiles;
  readonly indexes: IndexStore;
  /** Where the indexes lie. */
  readonly indexFolder: string;
  /** Takes one index at a time on its way. */
  readonly scratch: string;
  readonly limits: BuildLimits;
  readonly logger: Logger;
}

/**
 * Builds the indexes of debug files that arrived, one at a time, oldest first. A file that cannot be used is noted with the
 * reason and left alone until another comes in its place, or another version of Strata.
 */
export class IndexBuilds {
  readonly counters = { built: 0, failed: 0 };
  readonly #options: IndexBuildsOptions;
  readonly #stopping = new AbortController();
  #current: Promise<void> = Promise.resolve();
  #requeued = false;

  constructor(options: IndexBuildsOptions) {
    this.#options = options;
  }

  /** Builds what waits. Throws DebugFileError `STORE_UNAVAILABLE`, and what hindered a build that is no fault of the file. */
  async run(): Promise<void> {
    this.#current = this.#runAll();
    return this.#current;
  }

  /** Ends the build that is under way; it begins anew at the next start. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#current.catch(() => undefined);
  }

  async #runAll(): Promise<void> {
    const { files, logger } = this.#options;
    if (!this.#requeued) {
      const queued = await files.kept.requeueOutdated(BUILDER);
      if (queued > 0) logger.info({ queued }, 'indexes of another version are built anew');
      this.#requeued = true;
    }
    for (const ticket of await files.kept.tickets()) {
      if (this.#stopping.signal.aborted) return;
      const kept = await files.kept.find(ticket.buildId);
      // Another file took its place, and has its own ticket.
      if (kept?.record.sha256 !== ticket.sha256) await files.kept.drop(ticket);
      else await this.#deal(ticket, kept.record);
    }
  }

  async #deal(ticket: IndexTicket, record: DebugFileRecord): Promise<void> {
    const { files, limits, logger } = this.#options;
    const { buildId } = record;
    const unpackedMost = limits.bytes * UNPACKED_RATIO;
    const started = await files.kept.start(ticket);
    let result: BuildResult;
    if (started.attempts > ATTEMPTS_MOST) {
      result = ofFile(`Building its index ended the worker ${ATTEMPTS_MOST} times.`);
    } else if (record.unpackedBytes > unpackedMost) {
      result = ofFile(`It unpacks to ${record.unpackedBytes} bytes, and ${unpackedMost} are the most that is taken.`);
    } else result = await this.#build(record);

    if (result.built) {
      this.counters.built++;
      await files.kept.settle(started, { state: 'indexed', reason: '', builder: BUILDER });
      logger.info({ buildId, kind: record.kind, bytes: record.bytes }, 'built an index');
    } else if (result.fault === 'file') {
      this.counters.failed++;
      await files.kept.settle(started, { state: 'failed', reason: result.reason, builder: BUILDER });
      logger.warn({ buildId, reason: result.reason }, 'no index of this debug file');
    } else {
      await files.kept.postpone(started);
      if (!this.#stopping.signal.aborted) throw new Error(result.reason);
    }
  }

  async #build(record: DebugFileRecord): Promise<BuildResult> {
    const { files, limits, scratch } = this.#options;
    await mkdir(scratch, { recursive: true, mode: 0o700 });
    const output = join(scratch, randomUUID());
    try {
      const result = await files.kept.withContent(record, (path) =>
        buildInChild(path, output, limits, this.#stopping.signal),
      );
      if (result === null) return { built: false, fault: 'other', reason: 'The debug file is not in its store.' };
      if (result.built) await this.#putIfBetter(record, await readFile(output));
      return result;
    } finally {
      await rm(output, { force: true });
    }
  }

  /** An index of the same kind that is there may know more: the file it is of was perhaps the executable itself. */
  async #putIfBetter({ buildId }: DebugFileRecord, index: Uint8Array): Promise<void> {
    const { indexFolder, indexes } = this.#options;
    const present = await readIndexHeader(indexFolder, buildId);
    const built = parseIndexHeader(index);
    // Of a layout that the header's reader does not know: newer than it, and so is what it is to replace.
    const isBetter =
      built === null ||
      compareKinds(built.kind, present?.kind ?? null) > 0 ||
      (built.kind === present?.kind && built.builder > present.builder);
    if (isBetter) await indexes.put(buildId, index);
  }
}

const ofFile = (reason: string): BuildResult => ({ built: false, fault: 'file', reason });
