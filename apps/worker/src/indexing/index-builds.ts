import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { compareKinds, type DebugFiles, type IndexTicket, type KeptFile, readDebugPointers } from '@strata/debug-files';
import { type BuildId, splitBuildId } from '@strata/profile';
import type { Logger } from '@strata/settings';
import { builderVersion, type IndexStore, SymbolizerError } from '@strata/symbolizer';
import manifest from '../../package.json' with { type: 'json' };
import { type BuildLimits, type BuildResult, buildInChild } from './build-in-child.ts';

/** A worker that ended so often while it built one index would end for ever. */
const ATTEMPTS_MOST = 3;
/** What sections may unpack to, as a multiple of the memory a build may take. */
const UNPACKED_RATIO = 4;

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
 * reason and left alone until another comes in its place, or another version of Strata. One whose index was lost, or is of
 * another version, is built anew when the worker starts.
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

  /**
   * Builds what waits. At the end throws what hindered first, the rest was gone on with: DebugFileError `STORE_UNAVAILABLE`,
   * and what is no fault of the file.
   */
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
    const { files } = this.#options;
    const hindrances: unknown[] = [];
    const attempt = (work: Promise<void>) => work.catch((error: unknown) => void hindrances.push(error));
    if (!this.#requeued) await attempt(this.#requeue());
    for (const ticket of await files.kept.tickets()) {
      if (this.#stopping.signal.aborted) return;
      await attempt(this.#take(ticket));
    }
    if (hindrances.length > 0) throw hindrances[0];
  }

  async #requeue(): Promise<void> {
    const { files, logger } = this.#options;
    const builder = builderName();
    // Nothing could be built.
    if (builder === null) return;
    const queued = await files.kept.requeueOutdated(builder, (kept) => this.#hasIndex(kept));
    if (queued > 0) logger.info({ queued }, 'indexes that are gone or of another version are built anew');
    this.#requeued = true;
  }

  /** Whether a file's index is there and as good as it was; an agent may have sent a worse one since. */
  async #hasIndex({ record, outcome }: KeptFile): Promise<boolean> {
    try {
      const index = await this.#options.indexes.describe(record.buildId);
      return index?.isCurrent === true && compareKinds(index.statistics.source, outcome?.source ?? record.kind) >= 0;
    } catch (error) {
      // What cannot be read cannot be replaced.
      this.#options.logger.warn({ buildId: record.buildId, error }, 'an index cannot be looked at');
      return true;
    }
  }

  async #take(ticket: IndexTicket): Promise<void> {
    const { kept } = this.#options.files;
    const file = await kept.find(ticket.buildId);
    // Another file took its place, and has its own ticket.
    if (file?.record.sha256 !== ticket.sha256) await kept.drop(ticket);
    else await this.#deal(ticket, file);
  }

  async #deal(ticket: IndexTicket, kept: KeptFile): Promise<void> {
    const { files, indexes, limits, logger } = this.#options;
    const { record } = kept;
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
    } else result = await this.#build(started, kept);

    if (result.built) {
      this.counters.built++;
      // The one that was there stays if it knows as much.
      const index = await indexes.describe(buildId);
      const about = index && { source: index.statistics.source, segments: [...index.segments] };
      await files.kept.settle(started, { state: 'indexed', reason: '', builder: builderName() ?? '', ...about });
      logger.info({ buildId, kind: record.kind, bytes: record.bytes }, 'built an index');
    } else if (result.fault === 'file') {
      this.counters.failed++;
      await files.kept.settle(started, { state: 'failed', reason: result.reason, builder: builderName() ?? '' });
      logger.warn({ buildId, reason: result.reason }, 'no index of this debug file');
    } else {
      await files.kept.postpone(started);
      if (!this.#stopping.signal.aborted) throw new Error(result.reason);
    }
  }

  async #build({ force }: IndexTicket, { record, outcome }: KeptFile): Promise<BuildResult> {
    const { files, indexes, limits, scratch } = this.#options;
    const folder = join(scratch, randomUUID());
    const output = join(folder, 'index');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    try {
      const present = await indexes.describe(record.buildId);
      const generation = (present?.generation ?? 0) + 1;
      // Only the agent has the program itself.
      const segments = present?.segments.length ? present.segments : (outcome?.segments ?? []);
      const olderIndex = present ? indexes.pathOf(record.buildId) : '';
      const result = await files.kept.withContent(record, async (file) => {
        const { alternate } = await readDebugPointers(file);
        const build = () =>
          buildInChild(
            { file, output, generation, debugFolder: folder, segments, olderIndex },
            limits,
            this.#stopping.signal,
          );
        if (alternate === null) return build();
        // Before it is looked for, so that it cannot arrive unnoticed in between.
        await files.kept.noteNeed(record.buildId, alternate);
        const kept = await files.kept.find(alternate);
        const withAlternate = (path: string) => linkByBuildId(folder, alternate, path).then(build);
        return (kept && (await files.kept.withContent(kept.record, withAlternate))) ?? build();
      });
      if (result === null) return ofFile('Its content is no longer in the store: upload it once more, with force.');
      if (result.built) await indexes.put(record.buildId, await readFile(output), force);
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

/** Another version of Strata, or of what builds indexes, may build what this one could not; null without the addon. */
function builderName(): string | null {
  try {
    return `${manifest.version} ${builderVersion()}`;
  } catch (error) {
    if (error instanceof SymbolizerError && error.code === 'ADDON_MISSING') return null;
    throw error;
  }
}

const ofFile = (reason: string): BuildResult => ({ built: false, fault: 'file', reason });
