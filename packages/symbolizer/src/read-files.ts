import type { BuildId } from '@strata/profile';
import type { ElfDescription, IndexOptions, JitDump, KernelSymbols, PerfMap } from './api.ts';
import { native, withCode } from './native.ts';

/** Identity and executable segments of an ELF file; bounded reading, safe on hostile files. */
export async function describeElf(path: string): Promise<ElfDescription> {
  const { buildId, isGo, segments } = await withCode(native().describeElfFile(path));
  return { buildId: buildId as BuildId, isGo, segments };
}

/**
 * The symbol index of an ELF file (docs/symbol-index.md). The file is mapped, so one that is cut short meanwhile ends
 * the process: build indexes of foreign files in a process of their own.
 */
export async function buildIndex(path: string, options: IndexOptions = {}): Promise<Uint8Array> {
  const { buffer, byteOffset, length } = await withCode(native().buildSymbolIndex(path, options));
  // Not the Buffer: its slice() shares memory, unlike that of the Uint8Array that is promised.
  return new Uint8Array(buffer, byteOffset, length);
}

/** Names of the running kernel. Throws SymbolizerError `KALLSYMS_RESTRICTED` when the kernel hides its addresses. */
export async function loadKernelSymbols(path = '/proc/kallsyms'): Promise<KernelSymbols> {
  return withCode(native().loadKernelSymbolTable(path));
}

/** A JIT's names. A line without its end is left out: the JIT may be writing it. */
export async function loadPerfMap(path: string): Promise<PerfMap> {
  return withCode(native().loadPerfMapTable(path));
}

/** What a JIT has written down of its code. A last entry without its end is left out: the JIT may be writing it. */
export async function loadJitDump(path: string): Promise<JitDump> {
  return withCode(native().loadJitDumpTable(path));
}
