import type { BuildId } from '@strata/profile';
import type { Resolution } from './api.ts';
import { indexFile, indexPath } from './index-files.ts';
import { type NativeIndex, native, withCode } from './native.ts';

/** Bounds of what stays open and known; the least recently used file goes first. */
const FILES_MOST = 256;
const MAPPED_BYTES_MOST = 1 << 30;
const ANSWERS_MOST = 1_000_000;
/** How long an answer about a file holds: that it is missing, and that it is still the same. */
const CHECK_MS = 5_000;

/** An open index with the answers it gave. */
export interface Reader {
  readonly index: NativeIndex;
  readonly bytes: number;
  readonly version: string;
  readonly answers: Map<number, Resolution>;
  /** One object per location, however many addresses it has. */
  readonly locations: Map<number, Resolution>;
  checkedAtMs: number;
}

/** Open index files by build ID, kept within budgets, in the order of their last use. */
export class IndexReaders {
  #folder: string;
  #readers = new Map<BuildId, Reader>();
  #missing = new Map<BuildId, number>();
  #opening = new Map<BuildId, Promise<Reader | null>>();
  #nowMs: () => number;

  constructor(folder: string, nowMs: () => number) {
    this.#folder = folder;
    this.#nowMs = nowMs;
  }

  /**
   * `null` when there is no index. One file is opened once, whoever asks at the same time. What was seen of it up to
   * `oldMostMs` ago holds.
   */
  async get(buildId: BuildId, oldMostMs = CHECK_MS): Promise<Reader | null> {
    const path = indexPath(this.#folder, buildId);
    const now = this.#nowMs();
    const known = this.#readers.get(buildId);
    if (known && now - known.checkedAtMs < oldMostMs) {
      this.#readers.delete(buildId);
      this.#readers.set(buildId, known);
      return known;
    }
    if (now - (this.#missing.get(buildId) ?? Number.NEGATIVE_INFINITY) < oldMostMs) return null;
    const opening = this.#opening.get(buildId) ?? this.#open(path, buildId, known);
    this.#opening.set(buildId, opening);
    try {
      return await opening;
    } finally {
      this.#opening.delete(buildId);
    }
  }

  /** Forgets a file that was replaced. */
  forget(buildId: BuildId): void {
    this.#readers.delete(buildId);
    this.#missing.delete(buildId);
  }

  /** Call after adding answers to a reader: closes files, or drops answers, beyond the budgets. */
  keepWithinBudgets(): void {
    let files = this.#readers.size;
    let bytes = 0;
    let answers = 0;
    for (const reader of this.#readers.values()) {
      bytes += reader.bytes;
      answers += reader.answers.size;
    }
    for (const [buildId, reader] of this.#readers) {
      if (files <= FILES_MOST && bytes <= MAPPED_BYTES_MOST && answers <= ANSWERS_MOST) return;
      answers -= reader.answers.size;
      if (files === 1) {
        reader.answers.clear();
        return;
      }
      this.#readers.delete(buildId);
      files -= 1;
      bytes -= reader.bytes;
    }
  }

  async #open(path: string, buildId: BuildId, known: Reader | undefined): Promise<Reader | null> {
    const file = await indexFile(path);
    if (file === null) {
      this.#readers.delete(buildId);
      if (this.#missing.size >= ANSWERS_MOST) this.#missing.clear();
      this.#missing.set(buildId, this.#nowMs());
      return null;
    }
    this.#readers.delete(buildId);
    const reader =
      known?.version === file.version
        ? known
        : {
            ...file,
            index: await withCode(native().openSymbolIndex(path, false)),
            answers: new Map(),
            locations: new Map(),
            checkedAtMs: 0,
          };
    reader.checkedAtMs = this.#nowMs();
    this.#readers.set(buildId, reader);
    this.keepWithinBudgets();
    return reader;
  }
}
