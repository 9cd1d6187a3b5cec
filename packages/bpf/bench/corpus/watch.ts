import { type Drain, type SampledStack, type Sampler, startSampler } from '../../src/index.ts';
import { AddressSpaces } from './address-spaces.ts';
import { ProcessGroups } from './process-groups.ts';

export interface WatchedSample {
  readonly pid: number;
  readonly group: string | undefined;
  /** `null`: there is none in user space. */
  readonly stack: SampledStack | null;
  readonly count: number;
}

/** A running sampler with what its drains tell of processes, put together. */
export class Watch {
  readonly sampler: Sampler;
  readonly spaces = new AddressSpaces();
  readonly groups = new ProcessGroups();
  /** Of stacks that the sampler believes to be known. */
  readonly #stacks = new Map<bigint, SampledStack>();
  #held: Drain['counts'] | null = null;
  /** As of the latest drain. */
  totals: Drain['totals'] | null = null;

  private constructor(sampler: Sampler) {
    this.sampler = sampler;
  }

  static async start(frequencyHz: number): Promise<Watch> {
    const watch = new Watch(await startSampler({ frequencyHz }));
    watch.sampler.programStats();
    // What every process begins as that is started from here.
    watch.spaces.refresh(process.pid);
    return watch;
  }

  /** The samples of the drain before: the event that a process was made may come one drain later than its first samples. */
  async drain(): Promise<readonly WatchedSample[]> {
    const { events, stacks, counts, totals } = await this.sampler.drain();
    this.totals = totals;
    for (const event of events) {
      this.groups.apply(event);
      this.spaces.apply(event);
    }
    // The drain's own memory would stay until the last of its stacks goes.
    for (const stack of stacks) this.#stacks.set(stack.id, { ...stack, addresses: stack.addresses.slice() });
    const held = this.#held;
    this.#held = counts;
    if (!held) return [];
    return Array.from(held.pid, (pid, row) => ({
      pid,
      group: this.groups.groupOf(pid),
      stack: this.#stacks.get(held.userStack[row]!) ?? null,
      count: held.count[row]!,
    }));
  }

  /** Since the start: samples kept and nanoseconds of all BPF programs, NaN where the kernel does not count them. */
  async costs(): Promise<{ readonly runtimeNs: number; readonly kept: number }> {
    await this.drain();
    return { runtimeNs: Number(this.sampler.programStats()?.runtimeNs ?? Number.NaN), kept: Number(this.totals!.kept) };
  }
}
