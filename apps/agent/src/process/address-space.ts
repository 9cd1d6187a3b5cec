/** A piece of a process's code: where it stands (AVMA, half-open) and what stands behind it. */
export interface Region<Code> {
  readonly start: number;
  readonly end: number;
  readonly fileOffset: number;
  readonly code: Code;
}

const REGIONS_MOST = 8_192;

/**
 * The executable regions of one process, sorted, never overlapping: a new mapping replaces what it covers, as mmap
 * does. Values do not change, `with` makes a new one, so that a fork shares its parent's until one of them maps.
 */
export class AddressSpace<Code> {
  readonly regions: readonly Region<Code>[];

  constructor(regions: readonly Region<Code>[] = []) {
    this.regions = regions;
  }

  /** The region that contains the address, or undefined. */
  find(address: number): Region<Code> | undefined {
    const { regions } = this;
    let low = 0;
    let high = regions.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (regions[middle]!.end <= address) low = middle + 1;
      else high = middle;
    }
    const region = regions[low];
    return region !== undefined && region.start <= address ? region : undefined;
  }

  with(added: Region<Code>): AddressSpace<Code> {
    const { regions } = this;
    const before = regions.filter((region) => region.start < added.start);
    const after = regions.filter((region) => region.end > added.end);
    const left = before.at(-1);
    if (left && left.end > added.start) before[before.length - 1] = { ...left, end: added.start };
    const right = after[0];
    if (right && right.start < added.end) {
      const cut = added.end - right.start;
      after[0] = { ...right, start: added.end, fileOffset: right.fileOffset + cut };
    }
    return new AddressSpace([...before, added, ...after].slice(-REGIONS_MOST));
  }
}
