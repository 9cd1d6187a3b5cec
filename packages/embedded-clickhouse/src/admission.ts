import { ClickHouseException } from './exceptions.ts';

/** Lets a bounded number of queries run, a bounded number wait, and refuses the others. */
export class Admission {
  readonly #free: number[];
  readonly #waitingMost: number;
  readonly #waiting: { resolve(slot: number): void; reject(error: unknown): void }[] = [];

  /** Slots are numbered from 0 to `runningMost` − 1. */
  constructor(runningMost: number, waitingMost: number) {
    this.#free = Array.from({ length: runningMost }, (_, i) => i);
    this.#waitingMost = waitingMost;
  }

  /** A slot of its own, in the order of asking. Rejects with code 202 when too many wait, or with the signal's reason. */
  async enter(signal: AbortSignal): Promise<number> {
    signal.throwIfAborted();
    const slot = this.#free.shift();
    if (slot !== undefined) return slot;
    if (this.#waiting.length >= this.#waitingMost) {
      throw ClickHouseException.of(
        'TOO_MANY_SIMULTANEOUS_QUERIES',
        `Too many simultaneous queries: ${this.#waiting.length} wait already`,
      );
    }
    return new Promise((resolve, reject) => {
      const waiter = { resolve, reject };
      this.#waiting.push(waiter);
      signal.addEventListener('abort', () => {
        const at = this.#waiting.indexOf(waiter);
        if (at >= 0) this.#waiting.splice(at, 1);
        reject(signal.reason);
      });
    });
  }

  leave(slot: number): void {
    const next = this.#waiting.shift();
    if (next) next.resolve(slot);
    else this.#free.push(slot);
  }
}
