import type { KernelSymbols } from '@strata/symbolizer';
import type { FramePath, FrameTable } from './frames.ts';
import { RecentStacks } from './recent-stacks.ts';

/** Kernel stacks by id, named on arrival: the kernel's addresses mean the same to every process. */
export class KernelStacks {
  #paths = new RecentStacks<FramePath>();
  #frames: FrameTable;
  #symbols: KernelSymbols | null;

  /** Without `symbols` (kallsyms hidden) every frame is `[kernel]`. */
  constructor(frames: FrameTable, symbols: KernelSymbols | null) {
    this.#frames = frames;
    this.#symbols = symbols;
  }

  add(id: bigint, addresses: BigUint64Array): void {
    const frames = Array.from(addresses, (address, depth) => {
      // All but the leaf are return addresses, which belong to the call before them.
      const symbol = this.#symbols?.resolve(depth === 0 ? address : address - 1n);
      return this.#frames.named('kernel', symbol?.function ?? '[kernel]', symbol?.module || 'vmlinux');
    });
    this.#paths.set(id, { frames: frames.reverse() });
  }

  path(id: bigint): FramePath | undefined {
    return this.#paths.get(id);
  }
}
