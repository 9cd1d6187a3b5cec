/**
 * What C, Rust and TypeScript must agree on. `node native/definitions/generate.ts` writes one file for each language; with
 * `--check` it fails when a written file is not what would be written.
 */

/** How a user stack ended. Every kept sample has exactly one. */
export const outcomes = {
  COMPLETE: 'the walk reached a frame whose caller is 0, as a thread entry has it',
  NO_FRAME_POINTER: 'the next frame pointer does not lie above the last one: that code keeps none',
  READ_FAULT: 'the stack memory of the next frame could not be read',
  TRUNCATED: 'the stack has more frames than are walked',
  KERNEL_ONLY: 'a kernel thread: it has no user stack',
  EXITING: 'the process had already given its memory back',
} as const;

/** Why an event is not kept. events = kept + idle + Σ dropped. */
export const dropReasons = {
  COUNTS_FULL: 'the table of counters between two drains was full',
  STACK_RING_FULL: 'a stack seen for the first time could not be handed to the agent',
  MISSED: 'the clock was due but the kernel did not run the sampler',
} as const;

/** Per-CPU counters that are neither an outcome nor a drop reason. */
export const tallies = {
  EVENTS: 'times the sampler ran',
  KEPT: 'samples counted',
  IDLE: 'events on an idle CPU',
} as const;

export const samplerErrorCodes = {
  ADDON_MISSING: 'the native addon is not built',
  INVALID_OPTIONS: 'an option is out of its range',
  NO_PERMISSION: 'the process may not load BPF or open perf events',
  NO_BTF: 'the kernel does not describe its types',
  LOAD_FAILED: 'the kernel refused the BPF program',
  ATTACH_FAILED: 'a perf event could not be opened or attached',
  DRAIN_FAILED: 'the counters could not be read',
  STOPPED: 'the sampler was stopped',
} as const;

export const eventKinds = {
  EXEC: 'a process became another program',
  FORK: 'a process was made',
  EXIT: 'a process ended',
  MMAP: 'executable memory was mapped',
} as const;

export const constants = {
  /** Bounded by the verifier's budget for the walk. */
  USER_FRAMES_MOST: 256,
  KERNEL_FRAMES_MOST: 127,
  THREAD_NAME_BYTES: 16,
  BUILD_ID_BYTES_MOST: 20,
  SPACE_KERNEL: 0,
  SPACE_USER: 1,
  /** First bytes of a drain frame: «STRA». */
  DRAIN_MAGIC: 0x41525453,
  DRAIN_VERSION: 1,
} as const;

export type FieldType = 'u8' | 'u16' | 'u32' | 'u64' | `u8[${number}]`;

/**
 * Records, without padding the compiler would add: fields are aligned to their size and sizes are multiples of 8. A drain frame
 * is a drain_header, `tallies` u64 (tallies, outcomes, drop reasons, in this order), `counts` count_record, `stacks`
 * stack_record each followed by its addresses, `events` event_record each followed by its text padded to 8 bytes.
 */
export const records: Readonly<Record<string, readonly (readonly [name: string, type: FieldType])[]>> = {
  drain_header: [
    ['magic', 'u32'],
    ['version', 'u32'],
    ['from_ns', 'u64'],
    ['to_ns', 'u64'],
    ['tallies', 'u32'],
    ['counts', 'u32'],
    ['stacks', 'u32'],
    ['events', 'u32'],
    ['lost_process_events', 'u64'],
  ],
  count_key: [
    ['user_stack', 'u64'],
    ['kernel_stack', 'u64'],
    ['thread_name', 'u8[16]'],
    ['pid', 'u32'],
    ['reserved', 'u32'],
  ],
  count_record: [
    ['user_stack', 'u64'],
    ['kernel_stack', 'u64'],
    ['thread_name', 'u8[16]'],
    ['pid', 'u32'],
    ['count', 'u32'],
  ],
  stack_record: [
    ['id', 'u64'],
    ['length', 'u32'],
    ['space', 'u8'],
    ['outcome', 'u8'],
    ['reserved', 'u16'],
  ],
  event_record: [
    ['time_ns', 'u64'],
    ['start', 'u64'],
    ['end', 'u64'],
    ['file_offset', 'u64'],
    ['inode', 'u64'],
    ['pid', 'u32'],
    ['parent_pid', 'u32'],
    ['device_major', 'u32'],
    ['device_minor', 'u32'],
    ['text_bytes', 'u16'],
    ['kind', 'u8'],
    ['build_id_bytes', 'u8'],
    ['build_id', 'u8[20]'],
  ],
};
