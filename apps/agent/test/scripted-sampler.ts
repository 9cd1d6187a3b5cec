import {
  DROP_REASONS,
  type Drain,
  OUTCOMES,
  type Outcome,
  type SampledStack,
  type Sampler,
  type UnwindTables,
} from '@strata/bpf';

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
  unwind: UnwindTables = { files: [], bytes: 12 << 20, bytesMost: 128 << 20, evicted: 0, cacheFailures: 0 };
  fails: Error | null = null;
  #rows: Row[] = [];
  #stacks: SampledStack[] = [];
  #events: Drain['events'][number][] = [];
  /** Events that gave no sample: on an idle CPU, and dropped for the first of the reasons. */
  idle = 0n;
  dropped = 0n;
  #kept = 0n;
  #outcomes = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0n])) as Record<Outcome, bigint>;
  #outcomeOf = new Map<bigint, Outcome>();

  /** Samples handed in so far, drained or not. */
  given = 0;

  put(...rows: readonly Row[]): void {
    this.#rows.push(...rows);
    for (const { count } of rows) this.given += count;
  }

  putStack(id: bigint, space: SampledStack['space'], ...addresses: readonly bigint[]): void {
    this.#give({ id, space, addresses: BigUint64Array.from(addresses), outcome: 'COMPLETE' });
  }

  /** A user stack that ended early. */
  putCutOff(id: bigint, outcome: Outcome, ...addresses: readonly bigint[]): void {
    this.#give({ id, space: 'user', addresses: BigUint64Array.from(addresses), outcome });
  }

  #give(stack: SampledStack): void {
    this.#stacks.push(stack);
    if (stack.space === 'user') this.#outcomeOf.set(stack.id, stack.outcome);
  }

  putEvents(...events: Drain['events']): void {
    this.#events.push(...events);
  }

  async drain(): Promise<Drain> {
    if (this.fails) throw this.fails;
    const rows = this.#rows.splice(0);
    for (const { user, count } of rows) {
      this.#kept += BigInt(count);
      this.#outcomes[user === 0n ? 'EXITING' : (this.#outcomeOf.get(user) ?? 'COMPLETE')] += BigInt(count);
    }
    const totals = {
      events: this.#kept + this.idle + this.dropped,
      kept: this.#kept,
      idle: this.idle,
      outcomes: { ...this.#outcomes },
      dropped: Object.fromEntries(
        DROP_REASONS.map((reason, i) => [reason, i === 0 ? this.dropped : 0n]),
      ) as Drain['totals']['dropped'],
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
      totals,
    };
  }

  programStats() {
    return null;
  }

  tables() {
    return this.unwind;
  }

  async stop(): Promise<void> {
    this.stopped = true;
  }
}
