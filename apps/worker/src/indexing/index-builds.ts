import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type DebugFileRecord, type DebugFiles, type IndexTicket, readDebugPointers } from '@strata/debug-files';
import { type BuildId, splitBuildId } from '@strata/profile';
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
    // Also when nothing can be made of it alone: what dwz moved out of others is of use to them only.
    await files.kept.requeueNeeding(buildId);
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
    const { files, indexes, limits, scratch } = this.#options;
    const folder = join(scratch, randomUUID());
    const output = join(folder, 'index');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    try {
      const present = await indexes.describe(record.buildId);
      const generation = (present?.generation ?? 0) + 1;
      const result = await files.kept.withContent(record, async (file) => {
        const { alternate } = await readDebugPointers(file);
        const build = () =>
          buildInChild({ file, output, generation, debugFolder: folder }, limits, this.#stopping.signal);
        if (alternate === null) return build();
        // Before it is looked for, so that it cannot arrive unnoticed in between.
        await files.kept.noteNeed(record.buildId, alternate);
        const kept = await files.kept.find(alternate);
        const withAlternate = (path: string) => linkByBuildId(folder, alternate, path).then(build);
        return (kept && (await files.kept.withContent(kept.record, withAlternate))) ?? build();
      });
      if (result === null) return { built: false, fault: 'other', reason: 'The debug file is not in its store.' };
      if (result.built) await indexes.put(record.buildId, await readFile(output));
      return result;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

/** Where debuggers look for the debug file of a build ID: `<folder>/.build-id/ab/cdef….debug`. */
async function linkByBuildId(folder: string, buildId: BuildId, path: string): Promise<void> {
  const { hex } = splitBuildId(buildId);
  const place = join(folder, '.build-id', hex.slice(0, 2));
  await mkdir(place, { recursive: true });
  await symlink(path, join(place, `${hex.slice(2)}.debug`));
}

const ofFile = (reason: string): BuildResult => ({ built: false, fault: 'file', reason });
