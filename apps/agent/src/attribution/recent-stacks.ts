/** More than the kernel remembers to have sent (`sent` in sampler.bpf.c), so that what it does not send again is here. */
const STACKS_MOST = 40_960;

/** Things by stack id; the one that was not asked for the longest goes first. */
export class RecentStacks<T> {
  #stacks = new Map<bigint, T>();

  set(id: bigint, stack: T): void {
    this.#stacks.delete(id);
    this.#stacks.set(id, stack);
    if (this.#stacks.size > STACKS_MOST) this.#stacks.delete(this.#stacks.keys().next().value!);
  }

  get(id: bigint): T | undefined {
    const stack = this.#stacks.get(id);
    if (stack === undefined) return undefined;
    this.#stacks.delete(id);
    this.#stacks.set(id, stack);
    return stack;
  }
}
