import { type SampledStack, type Sampler, startSampler } from '../../src/index.ts';
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
  /** Samples kept since the start. */
  kept = 0;

  private constructor(sampler: Sampler) {
    this.sampler = sampler;
  }

  static async start(frequencyHz: number): Promise<Watch> {
    const watch = new Watch(await startSampler({ frequencyHz }));
    watch.sampler.programStats();
    return watch;
  }

  async drain(): Promise<readonly WatchedSample[]> {
    const { events, stacks, counts, totals } = await this.sampler.drain();
    this.kept = Number(totals.kept);
    for (const event of events) {
      this.groups.apply(event);
      this.spaces.apply(event);
    }
    // The drain's own memory would stay as long as any of its stacks.
    for (const stack of stacks) this.#stacks.set(stack.id, { ...stack, addresses: stack.addresses.slice() });
    return Array.from(counts.pid, (pid, row) => ({
      pid,
      group: this.groups.groupOf(pid),
      stack: this.#stacks.get(counts.userStack[row]!) ?? null,
      count: counts.count[row]!,
    }));
  }

  /** Nanoseconds of all BPF programs for each sample kept, since `before`; NaN where the kernel does not count them. */
  costs(): { readonly runtimeNs: number; readonly kept: number } {
    return { runtimeNs: Number(this.sampler.programStats()?.runtimeNs ?? Number.NaN), kept: this.kept };
  }
}
