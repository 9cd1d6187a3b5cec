/**
 * What the sampler hands to the agent. Addresses are instruction pointers or return addresses in the process's address
 * space (AVMA) or the kernel's. Times are CLOCK_MONOTONIC nanoseconds.
 */

/** How a stack ended; the closed list lives in native/definitions and is generated for C, Rust and TypeScript. */
export type { DropReason, Outcome, SamplerErrorCode } from './definitions.generated.ts';

import type { DropReason, Outcome } from './definitions.generated.ts';

export type ProcessEvent =
  | { readonly kind: 'exec'; readonly pid: number; readonly timeNs: bigint; readonly command: string }
  | { readonly kind: 'fork'; readonly pid: number; readonly parentPid: number; readonly timeNs: bigint }
  | { readonly kind: 'exit'; readonly pid: number; readonly timeNs: bigint }
  | {
      readonly kind: 'mmap';
      readonly pid: number;
      readonly timeNs: bigint;
      readonly start: bigint;
      readonly end: bigint;
      readonly fileOffset: bigint;
      /** As the kernel names it: a path in the process's mount namespace, `[vdso]`, `//anon`, … */
      readonly file: string;
      /** GNU build ID in hex where the kernel read it, else ''. */
      readonly buildId: string;
      readonly device: string;
      readonly inode: bigint;
    };

/** A stack, sent once, at first sight. Leaf first. */
export interface SampledStack {
  readonly id: bigint;
  readonly space: 'kernel' | 'user';
  readonly addresses: BigUint64Array;
  readonly outcome: Outcome;
}

/** Counts since the last drain, as columns of equal length. A stack id of 0n means: no stack in that space. */
export interface SampleCounts {
  readonly pid: Uint32Array;
  readonly threadName: readonly string[];
  readonly kernelStack: BigUint64Array;
  readonly userStack: BigUint64Array;
  readonly count: Uint32Array;
}

export interface Drain {
  readonly fromNs: bigint;
  readonly toNs: bigint;
  /** In order of time. */
  readonly events: readonly ProcessEvent[];
  readonly stacks: readonly SampledStack[];
  readonly counts: SampleCounts;
  /** Since start, never going backwards. events = kept + Σ dropped. */
  readonly totals: {
    readonly events: bigint;
    readonly kept: bigint;
    readonly idle: bigint;
    readonly outcomes: Readonly<Record<Outcome, bigint>>;
    readonly dropped: Readonly<Record<DropReason, bigint>>;
    /** Process events that the kernel had no room for: `/proc` knows better then. */
    readonly lostProcessEvents: bigint;
  };
}

/** What became of one file's unwind table. */
export interface UnwindTableReport {
  readonly path: string;
  readonly rows: number;
  /** Distinct rules. */
  readonly rules: number;
  /** In the kernel; 0 without a table, or when it left to make room. */
  readonly bytes: number;
  readonly buildMs: number;
  /** Why there is no table, or ''. */
  readonly failure: string;
}

export interface UnwindTables {
  /** The latest of each file, 4,096 at most. */
  readonly files: readonly UnwindTableReport[];
  /** Of everything in the kernel, and the most it may take. */
  readonly bytes: number;
  readonly bytesMost: number;
  /** Tables that left to make room, since start. */
  readonly evicted: number;
  /** Tables that could not be kept on disk, since start. */
  readonly cacheFailures: number;
}

export interface SamplerOptions {
  /** 1–999; 99 by default. */
  readonly frequencyHz: number;
}

export interface Sampler {
  /** Swaps the counter maps and returns what was in them; runs off the main thread. */
  drain(): Promise<Drain>;
  /** Nanoseconds and runs of all BPF programs, when kernel.bpf_stats_enabled is on; else null. */
  programStats(): { readonly runtimeNs: bigint; readonly runs: bigint } | null;
  tables(): UnwindTables;
  stop(): Promise<void>;
}
