import type { Drain, SampledStack, Sampler } from '@strata/bpf';

/** One line of a scripted drain: who was seen how often, with which stacks. */
export interface Row {
  readonly pid: number;
  readonly thread: string;
  readonly user: bigint;
  readonly kernel?: bigint;
  readonly count: number;
}

/**
 * A sampler that hands out what the test puts in, and counts as the real one does: what the kernel does with real
 * processes is tested in sampling.test.ts; this one lets a test know every count in advance.
 */
export class ScriptedSampler implements Sampler {
  stopped = false;
  fails: Error | null = null;
  #rows: Row[] = [];
  #stacks: SampledStack[] = [];
  #events: Drain['events'][number][] = [];
  #kept = 0n;

  /** Samples handed in so far, drained or not. */
  given = 0;

  put(...rows: readonly Row[]): void {
    this.#rows.push(...rows);
    for (const { count } of rows) this.given += count;
  }

  putStack(id: bigint, space: SampledStack['space'], ...addresses: readonly bigint[]): void {
    this.#stacks.push({ id, space, addresses: BigUint64Array.from(addresses), outcome: 'COMPLETE' });
  }

  putEvents(...events: Drain['events']): void {
    this.#events.push(...events);
  }

  async drain(): Promise<Drain> {
    if (this.fails) throw this.fails;
    const rows = this.#rows.splice(0);
    this.#kept += rows.reduce((sum, { count }) => sum + BigInt(count), 0n);
    const totals = {
      events: this.#kept,
      kept: this.#kept,
      idle: 0n,
      outcomes: { COMPLETE: this.#kept },
      dropped: {},
      lostProcessEvents: 0n,
    };
    return {
      fromNs: 0n,
      toNs: 1n,
      events: this.#events.splice(0),
      stacks: this.#stacks.splice(0),
      counts: {
        pid: Uint32Array.from(rows, ({ pid }) => pid),
        threadName: rows.map(({ thread }) => thread),
        kernelStack: BigUint64Array.from(rows, ({ kernel }) => kernel ?? 0n),
        userStack: BigUint64Array.from(rows, ({ user }) => user),
        count: Uint32Array.from(rows, ({ count }) => count),
      },
      totals: totals as unknown as Drain['totals'],
    };
  }

  programStats() {
    return null;
  }

  async stop(): Promise<void> {
    this.stopped = true;
  }
}
