import { setTimeout as sleep } from 'node:timers/promises';

/** What may have gone unused is made up for by this much. */
const BURST_MS = 100;

/** Keeps everything that takes from it below one rate together. */
export class ByteRate {
  #bytesPerMs: number;
  /** When all that was taken so far is paid for. */
  #paidAtMs = 0;

  constructor(bytesPerSecond: number) {
    this.#bytesPerMs = bytesPerSecond / 1000;
  }

  /** Resolves when these bytes may go. */
  async take(bytes: number, signal?: AbortSignal): Promise<void> {
    const now = performance.now();
    this.#paidAtMs = Math.max(this.#paidAtMs, now - BURST_MS) + bytes / this.#bytesPerMs;
    const waitMs = this.#paidAtMs - now;
    if (waitMs > 0) await sleep(waitMs, undefined, signal ? { signal } : {});
  }
}
