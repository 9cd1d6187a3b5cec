/**
 * The profile model. Every program of Strata speaks in these types: stacks are tries of frames, samples are columns
 * that point into them. Words and units follow docs/GLOSSARY.md.
 */

declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** `kind:hex`, such as `gnu:1f0c…`; hex matches `^[a-f0-9]{2,64}$`. Kinds: `gnu`, `go`, `htlhash` (content hash). */
export type BuildId = Brand<`${BuildIdKind}:${string}`, 'BuildId'>;
export type BuildIdKind = 'gnu' | 'go' | 'htlhash';

/**
 * An address to look names up with, in the file's own address space (SVMA, as program headers write it):
 * the instruction pointer for a leaf or signal frame, `returnAddress − 1` for a caller. Below `FILE_OFFSET`.
 *
 * Who recorded mappings but not the file's program headers, as pprof does, knows where in the file the code is, not its SVMA:
 * then it is `FILE_OFFSET + offset in the file`, and names are looked up through the segments of the file's symbol index.
 */
export type LookupAddress = Brand<number, 'LookupAddress'>;

/** 2^52: above every SVMA of user space, and `FILE_OFFSET + offset` is still a whole number. */
export const FILE_OFFSET = 2 ** 52;

/** Milliseconds and seconds since 1970-01-01 UTC. */
export type UnixMs = Brand<number, 'UnixMs'>;
export type UnixSeconds = Brand<number, 'UnixSeconds'>;

/** A file that was mapped as code. */
export interface Mapping {
  readonly buildId: BuildId;
  /** Path as the process saw it; only its base name is shown by default. */
  readonly file: string;
}

/** A frame whose name is looked up when a view asks for it. */
export interface NativeFrame {
  readonly kind: 'native';
  readonly mapping: Mapping;
  readonly address: LookupAddress;
}

/** A frame that came with its name: from kallsyms, a JIT's perf map, or the sender of a pprof. */
export interface NamedFrame {
  readonly kind: 'kernel' | 'jit' | 'symbolized';
  readonly function: string;
  /** Source file, or the kernel module or binary where no source is known; `''` when unknown. */
  readonly file: string;
  /** 1-based; 0 when unknown. */
  readonly line: number;
}

export type Frame = NativeFrame | NamedFrame;

/**
 * Stacks as a trie: node `i` is the call of `frames[frame[i]]` by node `parent[i]`; `parent[i] < i`, and −1 marks a
 * root (outermost) frame. A stack is named by its leaf node. One frame stands once in `frames`.
 */
export interface StackTrie {
  readonly frames: readonly Frame[];
  readonly parent: Int32Array;
  readonly frame: Uint32Array;
}

/** `{ name: 'cpu', unit: 'nanoseconds' }`; the name is what `type=` means in an address. */
export interface ProfileType {
  readonly name: string;
  readonly unit: string;
}

/** What ran: hashed to one id in storage. `labels` are extra, from the sender. */
export interface Workload {
  readonly service: string;
  readonly version: string;
  readonly environment: string;
  readonly namespace: string;
  readonly cluster: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Where it ran. `process` is a name, not a number, so that short processes do not make a source each. */
export interface Source {
  readonly host: string;
  readonly pod: string;
  readonly container: string;
  readonly process: string;
  readonly thread: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Samples as columns of equal length; each row says: this stack was seen `count` times, worth `value` units. */
export interface SampleColumns {
  readonly profileType: Uint8Array;
  readonly workload: Uint32Array;
  readonly source: Uint32Array;
  /** Leaf node in the batch's trie. */
  readonly node: Uint32Array;
  /** Whole units of the profile type, below 2^53. */
  readonly value: Float64Array;
  readonly count: Uint32Array;
}

/** What travels from a door (agent, pprof push) to storage: one span of time, everything it needs inside. */
export interface Batch {
  readonly from: UnixMs;
  readonly to: UnixMs;
  readonly profileTypes: readonly ProfileType[];
  readonly workloads: readonly Workload[];
  readonly sources: readonly Source[];
  readonly stacks: StackTrie;
  readonly samples: SampleColumns;
}

/** One stack sum per trie node, for one profile type: what a query returns and an export writes. */
export interface StackProfile {
  readonly profileType: ProfileType;
  readonly from: UnixMs;
  readonly to: UnixMs;
  readonly stacks: StackTrie;
  /** Per trie node, self only; most inner nodes are 0. */
  readonly value: Float64Array;
  readonly count: Float64Array;
}
