import type { BuildId, LookupAddress } from '@strata/profile';

/** One logical call at an address. `line` is 1-based, 0 when unknown; `file` is '' when unknown. */
export interface SourceFrame {
  readonly function: string;
  readonly file: string;
  readonly line: number;
}

/** Per address, innermost first (several when calls were inlined); empty when the index has no name for it. */
export type Resolution = readonly SourceFrame[];

/** The folder of symbol indexes, one file per build ID. Shared by collector (writes) and web (reads). */
export interface IndexStore {
  /** Addresses whose answer was remembered, and those that were looked up, since the start. */
  readonly counters: { readonly hits: number; readonly misses: number };
  has(buildId: BuildId): Promise<boolean>;
  /**
   * Keeps an index, unless the one that is there knows as much; says whether it did. With `force` it is kept in any case. It is
   * verified before it becomes visible, whole or not at all. Throws SymbolizerError `INVALID_INDEX`.
   */
  put(buildId: BuildId, index: Uint8Array, force?: boolean): Promise<boolean>;
  /** What the index that is there says of itself; `null` when there is none, or one that cannot be read. */
  describe(buildId: BuildId): Promise<KeptIndex | null>;
  /** Where an index lies, or would. */
  pathOf(buildId: BuildId): string;
  /** Names for many addresses of one file, in order; `null` when there is no index for the build ID (yet). */
  resolve(buildId: BuildId, addresses: readonly LookupAddress[]): Promise<readonly Resolution[] | null>;
  /** The text of a source file (a path as in SourceFrame), where the file's debug information has it itself; else `null`. */
  sourceText(buildId: BuildId, path: string): Promise<string | null>;
}

/** Loadable parts and identity of an ELF file, read under limits. */
export interface ElfDescription {
  readonly buildId: BuildId;
  readonly isGo: boolean;
  /** Executable PT_LOAD segments: SVMA = address − mappingStart + mappingFileOffset − offset + virtualAddress. */
  readonly segments: readonly { offset: number; virtualAddress: number; fileSize: number }[];
}

/** How an index is built. */
export interface IndexOptions {
  /** A better index of the same build ID has a larger number; 0 unless said otherwise. */
  readonly generation?: number;
  /** 1 unless said otherwise; the index is the same for every number. */
  readonly threads?: number;
  /** Executable segments of the program itself, for when the file is its separate debug information, which has none. */
  readonly segments?: ElfDescription['segments'];
  /** Debug files are looked for in it as in `/usr/lib/debug`, and before it. */
  readonly debugFolder?: string;
  /** An index of the program itself: names of its stubs (`@plt`) are taken from it, which separate debug information has not. */
  readonly olderIndex?: string;
}

/** What an index is made of. `source` is the best kind of what was read; `bytes` its own size. */
export interface IndexStatistics {
  readonly source: 'dwarf' | 'pclntab' | 'minidebug' | 'symtab' | 'dynsym';
  readonly bytes: number;
  readonly ranges: number;
  readonly locations: number;
  readonly functions: number;
  readonly files: number;
  /** Source files whose text the index has. */
  readonly texts: number;
}

/** An index in a store. */
export interface KeptIndex {
  readonly generation: number;
  /** Whether this program would build the same from the same file. */
  readonly isCurrent: boolean;
  readonly statistics: IndexStatistics;
  /** Executable segments of the program; empty when they are not known. */
  readonly segments: ElfDescription['segments'];
}

/** One index file, without a store. */
export interface OpenIndex {
  readonly buildId: BuildId;
  readonly generation: number;
  readonly statistics: IndexStatistics;
  /** Per address what a store says of it; names as the linker knows them with `linkage`. */
  resolve(addresses: readonly LookupAddress[], linkage?: boolean): Promise<readonly Resolution[]>;
}

/** Names of the running kernel, from /proc/kallsyms; modules included. */
export interface KernelSymbols {
  resolve(address: bigint): { readonly function: string; readonly module: string } | null;
}

/** A JIT's `/tmp/perf-PID.map`; where ranges overlap, the last entry wins. */
export interface PerfMap {
  resolve(address: bigint): string | null;
}

/** A JIT's `jit-PID.dump`, which tells lines too; of functions at one place the last one holds. */
export interface JitDump {
  resolve(address: bigint): SourceFrame | null;
}

/** What the package exports besides; errors are SymbolizerError with a closed set of codes. */
export interface SymbolizerApi {
  openIndexStore(folder: string): IndexStore;
  describeElf(path: string): Promise<ElfDescription>;
  buildIndex(path: string, options?: IndexOptions): Promise<Uint8Array>;
  openIndex(path: string): Promise<OpenIndex>;
  loadKernelSymbols(path?: string): Promise<KernelSymbols>;
  loadPerfMap(path: string): Promise<PerfMap>;
  loadJitDump(path: string): Promise<JitDump>;
}
