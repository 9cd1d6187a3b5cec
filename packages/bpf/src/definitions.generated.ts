// Generated from native/definitions/definitions.ts. Change that, then run: node native/definitions/generate.ts

export const TALLIES = [
  /** ticks that were due */
  'EVENTS',
  /** samples counted */
  'KEPT',
  /** ticks on an idle CPU */
  'IDLE',
] as const;
export type Tally = (typeof TALLIES)[number];

export const OUTCOMES = [
  /** the walk reached the outermost frame of the thread */
  'COMPLETE',
  /** no unwind information covers an address of the stack */
  'NO_RULE',
  /** a rule of the unwind information is not evaluated */
  'UNSUPPORTED_RULE',
  /** the unwind table of a file was not ready */
  'NO_TABLE',
  /** a return address lies in no executable memory */
  'NOT_CODE',
  /** code without unwind information keeps no frame pointer */
  'NO_FRAME_POINTER',
  /** the frame of a caller does not lie above that of its callee */
  'NOT_ABOVE',
  /** a frame hangs on a register whose value is not known there */
  'REGISTER_LOST',
  /** the stack memory of a frame could not be read */
  'READ_FAULT',
  /** the stack has more frames than are walked */
  'TRUNCATED',
  /** a kernel thread: it has no user stack */
  'KERNEL_ONLY',
  /** the process had already given its memory back, at its end or for another program */
  'EXITING',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const DROP_REASONS = [
  /** the table of counters between two drains was full */
  'COUNTS_FULL',
  /** a stack seen for the first time could not be handed to the agent */
  'STACK_RING_FULL',
  /** a busy CPU ran the sampler too late for this tick */
  'MISSED',
] as const;
export type DropReason = (typeof DROP_REASONS)[number];

export const EVENT_KINDS = [
  /** a process became another program */
  'EXEC',
  /** a process was made */
  'FORK',
  /** a process ended */
  'EXIT',
  /** executable memory was mapped */
  'MMAP',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

export const SAMPLER_ERROR_CODES = [
  /** the native addon is not built */
  'ADDON_MISSING',
  /** an option is out of its range */
  'INVALID_OPTIONS',
  /** the process may not load BPF or open perf events */
  'NO_PERMISSION',
  /** the kernel does not describe its types */
  'NO_BTF',
  /** the kernel refused the BPF program */
  'LOAD_FAILED',
  /** a perf event could not be opened or attached */
  'ATTACH_FAILED',
  /** the counters could not be read */
  'DRAIN_FAILED',
  /** the sampler was stopped */
  'STOPPED',
] as const;
export type SamplerErrorCode = (typeof SAMPLER_ERROR_CODES)[number];

export const USER_FRAMES_MOST = 512;
export const INTERRUPTED_BIT = 63;
export const TABLES_MOST = 16384;
export const NO_TABLE = 4294967295;
export const REFUSED_TABLE = 4294967294;
export const VDSO_INODE = 1;
export const KERNEL_FRAMES_MOST = 127;
export const THREAD_NAME_BYTES = 16;
export const BUILD_ID_BYTES_MOST = 20;
export const SPACE_KERNEL = 0;
export const SPACE_USER = 1;
export const UNWIND_BLOCK_BYTES = 256;
export const UNWIND_PAGE_BITS = 16;
export const UNWIND_PARTS = 30;
export const UNWIND_MAGIC = 1431458899;
export const UNWIND_VERSION = 4;
export const DRAIN_MAGIC = 1095914579;
export const DRAIN_VERSION = 1;

/** Byte offsets. */
export const drainHeader = {
  size: 48,
  magic: 0,
  version: 4,
  fromNs: 8,
  toNs: 16,
  tallies: 24,
  counts: 28,
  stacks: 32,
  events: 36,
  lostProcessEvents: 40,
} as const;

/** Byte offsets. */
export const countKey = {
  size: 40,
  userStack: 0,
  kernelStack: 8,
  threadName: 16,
  pid: 32,
  reserved: 36,
} as const;

/** Byte offsets. */
export const countRecord = {
  size: 40,
  userStack: 0,
  kernelStack: 8,
  threadName: 16,
  pid: 32,
  count: 36,
} as const;

/** Byte offsets. */
export const stackRecord = {
  size: 16,
  id: 0,
  length: 8,
  space: 12,
  outcome: 13,
  reserved: 14,
} as const;

/** Byte offsets. */
export const eventRecord = {
  size: 80,
  timeNs: 0,
  start: 8,
  end: 16,
  fileOffset: 24,
  inode: 32,
  pid: 40,
  parentPid: 44,
  deviceMajor: 48,
  deviceMinor: 52,
  textBytes: 56,
  kind: 58,
  buildIdBytes: 59,
  buildId: 60,
} as const;

/** Byte offsets. */
export const unwindHeader = {
  size: 32,
  magic: 0,
  version: 4,
  firstPage: 8,
  pages: 12,
  rules: 16,
  rows: 20,
  rulesBlock: 24,
  rowsBlock: 28,
} as const;

/** Byte offsets. */
export const unwindPage = {
  size: 64,
  firstRow: 0,
  held: 4,
} as const;

/** Byte offsets. */
export const unwindRule = {
  size: 16,
  kind: 0,
  cfaRegister: 1,
  raPlace: 2,
  fpPlace: 3,
  bxPlace: 4,
  cfaAdd: 5,
  raOffset: 6,
  cfaOffset: 8,
  fpOffset: 12,
  bxOffset: 14,
} as const;

/** Byte offsets. */
export const fileKey = {
  size: 32,
  inode: 0,
  bytes: 8,
  modifiedS: 16,
  modifiedNs: 24,
  device: 28,
} as const;

/** Byte offsets. */
export const fileTable = {
  size: 8,
  table: 0,
  usedS: 4,
} as const;

/** Byte offsets. */
export const missedFile = {
  size: 24,
  start: 0,
  end: 8,
  pid: 16,
  samples: 20,
} as const;
