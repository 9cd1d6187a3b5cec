import { readFileSync } from 'node:fs';
import type { ProcessEvent } from '../../src/index.ts';

/** A range of a process's code. Addresses of user space are below 2^47, so that numbers hold them. */
export interface CodeMapping {
  readonly start: number;
  readonly end: number;
  /** Of `start`. */
  readonly fileOffset: number;
  /** A path, or `[vdso]`, `//anon`, … */
  readonly file: string;
}

/** A place in a file. */
export interface FilePlace {
  readonly file: string;
  readonly offset: number;
}

/**
 * Where processes have, or had, code mapped. Nothing is forgotten: counts carry no time, so that a sample may be older than
 * the exec that replaced its mappings. The latest mapping of an address counts.
 */
export class AddressSpaces {
  readonly #mappings = new Map<number, CodeMapping[]>();

  apply(event: ProcessEvent): void {
    if (event.kind === 'fork') {
      const inherited = this.#mappings.get(event.parentPid);
      if (inherited) this.#mappings.set(event.pid, [...inherited]);
    } else if (event.kind === 'mmap') {
      this.#of(event.pid).push({
        start: Number(event.start),
        end: Number(event.end),
        fileOffset: Number(event.fileOffset),
        file: event.file,
      });
    }
  }

  /** Reads what a living process has mapped: for one that is older than the sampler, or whose events were lost. */
  refresh(pid: number): void {
    let text = '';
    try {
      text = readFileSync(`/proc/${pid}/maps`, 'utf8');
    } catch {
      return;
    }
    const line = /^([0-9a-f]+)-([0-9a-f]+) ..x. ([0-9a-f]+) \S+ \d+\s*(.*)$/gm;
    for (const [, start, end, offset, file] of text.matchAll(line)) {
      const [from, to, fileOffset] = [start!, end!, offset!].map((hex) => Number.parseInt(hex, 16));
      this.#of(pid).push({ start: from!, end: to!, fileOffset: fileOffset!, file: file || '//anon' });
    }
  }

  find(pid: number, address: number): CodeMapping | null {
    return this.#mappings.get(pid)?.findLast(({ start, end }) => address >= start && address < end) ?? null;
  }

  #of(pid: number): CodeMapping[] {
    const known = this.#mappings.get(pid);
    if (known) return known;
    const none: CodeMapping[] = [];
    this.#mappings.set(pid, none);
    return none;
  }
}

export const placeIn = (mapping: CodeMapping, address: number): FilePlace => ({
  file: mapping.file,
  offset: address - mapping.start + mapping.fileOffset,
});
