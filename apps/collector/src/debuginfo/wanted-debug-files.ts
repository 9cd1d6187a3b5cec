import { compareKinds, type DebugFiles, type DebugKind } from '@strata/debug-files';
import type { BuildId } from '@strata/profile';
import type { IndexStore } from '@strata/symbolizer';

/** An agent that was asked may take a while, or be gone; after this the next agent that sees the file is asked. */
const ASK_AGAIN_MS = 10 * 60_000;
/** It may be installed later, and a better index may arrive by another way. */
const LOOK_AGAIN_MS = 60 * 60_000;
/** The agent's own index is asked for first, and may be good enough: no file need be sent then. */
const INDEX_MISSING_MS = 30_000;
const STORE_FAILED_MS = 60_000;
const REMEMBERED_MOST = 100_000;
/** Go's own table has functions, files, lines and inlined calls. */
const GOOD_ENOUGH: DebugKind = 'pclntab';

/** Decides which debug files to ask an agent for: those whose names come from less than debug information. */
export class WantedDebugFiles {
  #files: DebugFiles;
  #indexes: Pick<IndexStore, 'describe'>;
  #lookAgainAt = new Map<BuildId, number>();
  /** Of these the agent cannot make an index: none is waited for. */
  #withoutIndex = new Set<BuildId>();
  #failed: () => void;

  /** `failed` is called when the store cannot say what it has: batches are stored all the same. */
  constructor(files: DebugFiles, indexes: Pick<IndexStore, 'describe'>, failed: () => void) {
    this.#files = files;
    this.#indexes = indexes;
    this.#failed = failed;
  }

  /** Those of a batch's build IDs to ask its sender for, marked as asked. */
  async askFor(seen: readonly BuildId[], now = Date.now()): Promise<BuildId[]> {
    const wanted: BuildId[] = [];
    for (const buildId of seen) {
      if ((this.#lookAgainAt.get(buildId) ?? 0) > now) continue;
      const pauseMs = await this.#pauseMs(buildId);
      this.#remember(buildId, now + (pauseMs ?? ASK_AGAIN_MS));
      if (pauseMs === null) wanted.push(buildId);
    }
    return wanted;
  }

  /** Null when it is to be asked for, else after which time to look again. */
  async #pauseMs(buildId: BuildId): Promise<number | null> {
    try {
      const index = await this.#indexes.describe(buildId);
      if (index === null && !this.#withoutIndex.has(buildId)) return INDEX_MISSING_MS;
      if (compareKinds(index?.statistics.source ?? null, GOOD_ENOUGH) >= 0) return LOOK_AGAIN_MS;
      return (await this.#files.kept.find(buildId)) === null ? null : LOOK_AGAIN_MS;
    } catch {
      this.#failed();
      return STORE_FAILED_MS;
    }
  }

  /** An index came: what it lacks may be asked for with the next batch. */
  indexArrived(buildId: BuildId): void {
    this.#withoutIndex.delete(buildId);
    this.#lookAgainAt.delete(buildId);
  }

  /** No index will come: the debug file may be asked for with the next batch. */
  indexUnavailable(buildId: BuildId): void {
    if (this.#withoutIndex.has(buildId)) return;
    this.#withoutIndex.add(buildId);
    if (this.#withoutIndex.size > REMEMBERED_MOST) this.#withoutIndex.delete(this.#withoutIndex.keys().next().value!);
    this.#lookAgainAt.delete(buildId);
  }

  /** The agent that was asked has none. */
  unavailable(buildId: BuildId, now = Date.now()): void {
    this.#remember(buildId, now + LOOK_AGAIN_MS);
  }

  #remember(buildId: BuildId, until: number): void {
    this.#lookAgainAt.delete(buildId);
    this.#lookAgainAt.set(buildId, until);
    if (this.#lookAgainAt.size > REMEMBERED_MOST) this.#lookAgainAt.delete(this.#lookAgainAt.keys().next().value!);
  }
}
