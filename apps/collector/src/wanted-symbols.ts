import type { BuildId } from '@strata/profile';
import type { IndexStore } from '@strata/symbolizer';

/** An agent that was asked may take a while, or be gone; after this the next agent that sees the file is asked. */
const ASK_AGAIN_MS = 5 * 60_000;
/** The file could not be read where it runs; that rarely changes. */
const UNAVAILABLE_MS = 60 * 60_000;
const REMEMBERED_MOST = 100_000;

/** Decides which symbol indexes to ask an agent for: each build ID once, until it arrives or the asking grew old. */
export class WantedSymbols {
  #store: Pick<IndexStore, 'has'>;
  #askAgainAt = new Map<BuildId, number>();

  constructor(store: Pick<IndexStore, 'has'>) {
    this.#store = store;
  }

  /** Those of a batch's build IDs to ask its sender for, marked as asked. */
  async askFor(seen: readonly BuildId[], now = Date.now()): Promise<BuildId[]> {
    const wanted: BuildId[] = [];
    for (const buildId of seen) {
      if ((this.#askAgainAt.get(buildId) ?? 0) > now) continue;
      if (await this.#store.has(buildId)) this.#remember(buildId, Number.POSITIVE_INFINITY);
      else {
        this.#remember(buildId, now + ASK_AGAIN_MS);
        wanted.push(buildId);
      }
    }
    return wanted;
  }

  arrived(buildId: BuildId): void {
    this.#remember(buildId, Number.POSITIVE_INFINITY);
  }

  unavailable(buildId: BuildId, now = Date.now()): void {
    this.#remember(buildId, now + UNAVAILABLE_MS);
  }

  #remember(buildId: BuildId, until: number): void {
    this.#askAgainAt.delete(buildId);
    this.#askAgainAt.set(buildId, until);
    if (this.#askAgainAt.size > REMEMBERED_MOST) this.#askAgainAt.delete(this.#askAgainAt.keys().next().value!);
  }
}
