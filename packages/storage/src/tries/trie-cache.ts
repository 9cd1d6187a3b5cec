import type { Connection } from '../connection.ts';
import { readFrames, readNodes } from '../queries/read-stacks.ts';
import { ServiceTrie } from './service-trie.ts';

/** An insert may show up after one that began later; both began within this time. */
const OVERLAP_MS = 120_000;

/** Whether all nodes a view needs are in the trie. */
export type IsComplete = (trie: ServiceTrie) => boolean;

/** Tries of services within a budget of bytes, the least recently used dropped first; each loaded once, then added to. */
export class TrieCache {
  readonly #connection: Connection;
  readonly #budget: number;
  /** In order of use. */
  readonly #tries = new Map<string, { trie: ServiceTrie; loading: Promise<void> }>();

  constructor(connection: Connection, budgetBytes: number) {
    this.#connection = connection;
    this.#budget = budgetBytes;
  }

  /**
   * The service's trie, loaded as far as `isComplete` wants, or all that storage has. A load is not cancelled: others may
   * wait for it.
   */
  async get(service: string, isComplete: IsComplete): Promise<ServiceTrie> {
    const entry = this.#tries.get(service) ?? { trie: new ServiceTrie(), loading: Promise.resolve() };
    this.#tries.delete(service);
    this.#tries.set(service, entry);
    const { trie } = entry;
    // What is new; if that is not enough, everything.
    let complete = isComplete(trie);
    for (const whole of [false, true]) {
      if (complete) break;
      const load = entry.loading.then(() => (isComplete(trie) ? undefined : this.#load(service, trie, whole)));
      entry.loading = load.catch(() => undefined);
      await load;
      complete = isComplete(trie);
    }
    this.#shrink(service);
    return trie;
  }

  async #load(service: string, trie: ServiceTrie, whole: boolean): Promise<void> {
    const since = whole || trie.newest === 0 ? 0 : trie.newest - OVERLAP_MS;
    const [frames, nodes] = await Promise.all([
      readFrames(this.#connection, service, since),
      readNodes(this.#connection, service, since),
    ]);
    for (const { low, high, frame } of frames) trie.addFrame(low, high, frame);
    trie.addNodes(nodes);
  }

  #shrink(kept: string): void {
    let total = 0;
    for (const { trie } of this.#tries.values()) total += trie.byteLength;
    for (const [service, { trie }] of this.#tries) {
      if (total <= this.#budget) return;
      if (service === kept) continue;
      this.#tries.delete(service);
      total -= trie.byteLength;
    }
  }
}
