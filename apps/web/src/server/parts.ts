import { join } from 'node:path';
import { DebugFiles } from '@strata/debug-files';
import type { Naming, StackProfile } from '@strata/profile';
import type { Logger, Settings } from '@strata/settings';
import { openStorage, type Storage } from '@strata/storage';
import {
  describeElf,
  type IndexStore,
  type NamedFrames,
  nameFrames,
  openIndexStore,
  stampIndexes,
} from '@strata/symbolizer';
import { AnswerCache } from './answer-cache.ts';
import { SourceTexts } from './source/source-texts.ts';

/** What answers are made of: one of each in a process. */
export interface Parts {
  readonly storage: Storage;
  readonly answers: AnswerCache;
  readonly sources: SourceTexts;
  readonly symbols: IndexStore;
  readonly debugFiles: DebugFiles;
  /** Names for the frames of a profile, by the symbol indexes there are now. */
  readonly nameFrames: (profile: Pick<StackProfile, 'stacks' | 'value'>, naming: Naming) => Promise<NamedFrames>;
}

/** The parts, opened as soon as ClickHouse answers, which may come up later than we do. */
export class PartsHolder {
  readonly logger: Logger;
  /** Takes files also while ClickHouse is away. */
  readonly debugFiles: DebugFiles;
  readonly #settings: Settings;
  #parts: Promise<Parts> | undefined;
  #missing: string | null = 'ClickHouse has not answered yet.';

  constructor(settings: Settings, logger: Logger) {
    this.#settings = settings;
    this.logger = logger;
    this.debugFiles = new DebugFiles({ ...settings.debugFiles, identify: describeElf });
    this.open().catch((error: Error) => logger.warn({ err: error }, 'ClickHouse is not there'));
  }

  /** Waits for ClickHouse; after a failure the next call tries again. Throws StorageError. */
  open(): Promise<Parts> {
    this.#parts ??= this.#open().catch((error: Error) => {
      this.#parts = undefined;
      this.#missing = error.message;
      throw error;
    });
    return this.#parts;
  }

  /** Why the parts are not open yet; `null` once they are. */
  get missing(): string | null {
    return this.#missing;
  }

  async close(): Promise<void> {
    if (this.#missing === null) await (await this.#parts)?.storage.close();
  }

  async #open(): Promise<Parts> {
    const storage = await openStorage(this.#settings);
    const folder = join(this.#settings.dataFolder, 'symbols');
    const symbols = openIndexStore(folder);
    this.#missing = null;
    return {
      storage,
      symbols,
      debugFiles: this.debugFiles,
      sources: new SourceTexts(this.#settings.sources, symbols),
      answers: new AnswerCache((files) => stampIndexes(folder, files)),
      nameFrames: (profile, naming) => nameFrames(profile, symbols, naming),
    };
  }
}
