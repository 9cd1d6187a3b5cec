import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { compareKinds, DebugFileError, type DebugFiles } from '@strata/debug-files';
import { type BuildId, splitBuildId, type UnixSeconds } from '@strata/profile';
import type { Logger } from '@strata/settings';
import type { Storage } from '@strata/storage';
import type { IndexStore } from '@strata/symbolizer';
import type { DebuginfodServer } from './debuginfod-server.ts';

/** How long «it has none» holds. */
const NEGATIVE_SECONDS = 3_600;
/** How long a failure does, if the breaker lets anyone ask. */
const FAILED_SECONDS = 300;
const AT_ONCE = 2;
const PIECE_BYTES = 1 << 20;

export interface DebuginfodLookupsOptions {
  readonly servers: readonly DebuginfodServer[];
  readonly files: DebugFiles;
  readonly indexes: Pick<IndexStore, 'describe'>;
  readonly scratch: string;
  readonly bytesMost: number;
  readonly storage: Pick<Storage, 'listRecentBuildIds' | 'listSymbolSearches' | 'noteSymbolSearch'>;
  readonly logger: Logger;
  /** Unix seconds. */
  readonly now?: () => number;
}

/**
 * Asks debuginfod servers for the debug files of what was sampled lately and nobody uploaded, and for what dwz moved out of
 * files that were; what they have goes the way of an upload. Each build ID is asked for once at a time, and each answer is kept where the page and the next worker see it.
 */
export class DebuginfodLookups {
  readonly #options: DebuginfodLookupsOptions;
  readonly #now: () => number;
  readonly #stopping = new AbortController();
  #current: Promise<void> = Promise.resolve();

  constructor(options: DebuginfodLookupsOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => Date.now() / 1000);
  }

  /** Looks up what is open. Throws StorageError, and DebugFileError `STORE_UNAVAILABLE`. */
  async run(): Promise<void> {
    if (this.#options.servers.length === 0) return;
    this.#current = this.#runAll();
    return this.#current;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#current.catch(() => undefined);
  }

  async #runAll(): Promise<void> {
    const open: BuildId[] = [];
    const seen = await this.#options.storage.listRecentBuildIds();
    const needed = await this.#options.files.kept.listNeeded();
    const wanted = new Set([...seen.map(({ buildId }) => buildId), ...needed]);
    for (const buildId of wanted) if (await this.#isOpen(buildId)) open.push(buildId);
    const until = await this.#askAgainAt(open);
    const next = open.values();
    const work = async () => {
      for (const buildId of next) {
        if (this.#stopping.signal.aborted) return;
        await this.#lookUp(buildId, until);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  /** Whether better names are to be had than there are. Servers know GNU build IDs only. */
  async #isOpen(buildId: BuildId): Promise<boolean> {
    if (splitBuildId(buildId).kind !== 'gnu') return false;
    const index = await this.#options.indexes.describe(buildId);
    if (compareKinds(index?.statistics.source ?? null, 'pclntab') >= 0) return false;
    return (await this.#options.files.kept.find(buildId)) === null;
  }

  /** `build ID place` → Unix seconds before which it is not asked again. */
  async #askAgainAt(buildIds: readonly BuildId[]): Promise<ReadonlyMap<string, number>> {
    if (buildIds.length === 0) return new Map();
    const searches = await this.#options.storage.listSymbolSearches(buildIds);
    return new Map(
      searches
        .filter(({ found }) => !found)
        .map(({ buildId, lookedAt, place, time }) => [
          `${buildId} ${place}`,
          time + (lookedAt.length > 0 ? NEGATIVE_SECONDS : FAILED_SECONDS),
        ]),
    );
  }

  async #lookUp(buildId: BuildId, until: ReadonlyMap<string, number>): Promise<void> {
    const { bytesMost, scratch, servers } = this.#options;
    const { hex } = splitBuildId(buildId);
    await mkdir(scratch, { recursive: true, mode: 0o700 });
    const path = join(scratch, randomUUID());
    for (const server of servers) {
      if ((until.get(`${buildId} ${server.url}`) ?? 0) > this.#now()) continue;
      try {
        const answer = await server.fetch(hex, path, bytesMost, this.#stopping.signal);
        if (answer.state === 'resting') continue;
        const reason = answer.state === 'found' ? await this.#keep(buildId, path, server.url) : answer.reason;
        await this.#note(buildId, server, answer.state, reason);
        if (answer.state === 'found' && reason === '') return;
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        throw error;
      } finally {
        await rm(path, { force: true });
      }
    }
  }

  /** Why what a server sent cannot be kept, or ''. */
  async #keep(buildId: BuildId, path: string, origin: string): Promise<string> {
    const { files, logger } = this.#options;
    try {
      const { size: bytes } = await stat(path);
      const { uploadId, offset } = await files.begin({ buildId, bytes, hash: '', force: false }, null);
      await files.write(uploadId, offset, createReadStream(path, { highWaterMark: PIECE_BYTES }));
      await files.finish(buildId, uploadId, origin);
      logger.info({ buildId, bytes, origin }, 'a debuginfod server had it');
      return '';
    } catch (error) {
      if (!(error instanceof DebugFileError) || error.code === 'STORE_UNAVAILABLE') throw error;
      return `What it sent cannot be used: ${error.message}`;
    }
  }

  /** An answer names the address; a failure, which is no answer, none. */
  async #note(buildId: BuildId, server: DebuginfodServer, state: string, reason: string): Promise<void> {
    const lookedAt = state === 'failed' ? [] : [server.addressOf(splitBuildId(buildId).hex)];
    const time = this.#now() as UnixSeconds;
    const found = state === 'found' && reason === '';
    await this.#options.storage.noteSymbolSearch({ buildId, place: server.url, found, reason, lookedAt, time });
  }
}
