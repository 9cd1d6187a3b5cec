/**
 * What C, Rust and TypeScript must agree on. `node native/definitions/generate.ts` writes one file for each language; with
 * `--check` it fails when a written file is not what would be written.
 */

/** How a user stack ended. Every kept sample has exactly one. */
export const outcomes = {
  COMPLETE: 'the walk reached the outermost frame of the thread',
  NO_RULE: 'no unwind information covers an address of the stack',
  UNSUPPORTED_RULE: 'a rule of the unwind information is not evaluated',
  NO_TABLE: 'the unwind table of a file was not ready',
  NOT_CODE: 'a return address lies in no executable memory',
  NO_FRAME_POINTER: 'code without unwind information keeps no frame pointer',
  NOT_ABOVE: 'the frame of a caller does not lie above that of its callee',
  REGISTER_LOST: 'a frame hangs on a register whose value is not known there',
  READ_FAULT: 'the stack memory of a frame could not be read',
  TRUNCATED: 'the stack has more frames than are walked',
  KERNEL_ONLY: 'a kernel thread: it has no user stack',
  EXITING: 'the process had already given its memory back, at its end or for another program',
} as const;

/** Why an event is not kept. events = kept + idle + Σ dropped. */
export const dropReasons = {
  COUNTS_FULL: 'the table of counters between two drains was full',
  STACK_RING_FULL: 'a stack seen for the first time could not be handed to the agent',
  MISSED: 'a busy CPU ran the sampler too late for this tick',
} as const;

/** Per-CPU counters that are neither an outcome nor a drop reason. */
export const tallies = {
  EVENTS: 'ticks that were due',
  KEPT: 'samples counted',
  IDLE: 'ticks on an idle CPU',
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

/** The first is said where the native addon is missing, the second where it is called; the others come from what is read. */
export const symbolizerErrorCodes = {
  ADDON_MISSING: 'the native addon is not built',
  INVALID_BUILD_ID: 'it is not written as a build ID is',
  NOT_ELF: 'the bytes are no ELF file',
  UNSUPPORTED_ELF: 'an ELF file of a kind that is not read: 32 bit, big endian, another machine',
  MALFORMED_ELF: 'an ELF file whose tables contradict each other',
  TOO_LARGE: 'a limit would be passed',
  NO_SYMBOLS: 'a sound file without a single function name',
  INVALID_INDEX: 'a symbol index that is damaged, or of another file',
  OTHER_VERSION: 'a symbol index of another version of the format',
  KALLSYMS_RESTRICTED: '/proc/kallsyms shows no addresses',
  UNREADABLE: 'the bytes cannot be had',
} as const;

export const eventKinds = {
  EXEC: 'a process became another program',
  FORK: 'a process was made',
  EXIT: 'a process ended',
  MMAP: 'executable memory was mapped',
} as const;

/** How the canonical frame address (CFA: the stack pointer before the call) is found. DWARF register numbers; `[x]` is memory. */
export const unwindKinds = {
  NO_RULE: 'no unwind information covers the address',
  END_OF_STACK: 'the outermost frame: its return address is undefined',
  FRAME_POINTER: 'the file has no unwind information: follow the frame pointer',
  REGISTER: 'CFA = register + cfa_offset',
  DEREFERENCED: 'CFA = [register + cfa_offset] + cfa_add',
  PLT: 'CFA = stack pointer + cfa_offset + (address & 15 >= cfa_add ? 8 : 0)',
  SIGNAL_FRAME: 'all registers come from the signal context at stack pointer + cfa_offset',
  UNSUPPORTED: 'the rule is one that is not evaluated',
  INDEXED: 'CFA = [stack pointer + cfa_offset + 8 * register] + cfa_add',
  OTHER_STACK: 'CFA = register + cfa_offset, on a stack that may lie below: the function changes stacks',
  NEW_THREAD: 'as REGISTER; but where the return address is no code a thread has just begun, and there is no caller',
  LANDING: 'CFA = [register + cfa_offset], and what is found there is no caller but where an exception will be handled',
  GOROUTINE:
    'ip, stack and frame pointer are those that Go keeps of the goroutine: g = [thread pointer + cfa_offset], ' +
    'm = [g + bx_offset], running = [m + ra_offset], and in it: sp at cfa_add, ip behind it, frame pointer at fp_offset',
} as const;

/** Where a register of the caller is. */
export const unwindPlaces = {
  SAME: 'unchanged',
  CFA: '[CFA + offset]',
  FP: '[frame pointer + offset]',
  SP: '[stack pointer + offset]',
  REGISTER: 'in the register of number offset',
  UNDEFINED: 'not recoverable',
} as const;

export const constants = {
  USER_FRAMES_MOST: 512,
  /** Set in an address that is no return address: the frame was interrupted there by a signal. */
  INTERRUPTED_BIT: 63,
  /** Unwind tables in the kernel at once. */
  TABLES_MOST: 16384,
  /** Instead of a table's number: the file has none that could be used. */
  NO_TABLE: 0xffffffff,
  REFUSED_TABLE: 0xfffffffe,
  /** `inode` of the vDSO, which is no file; its device is 0. */
  VDSO_INODE: 1,
  KERNEL_FRAMES_MOST: 127,
  THREAD_NAME_BYTES: 16,
  BUILD_ID_BYTES_MOST: 20,
  SPACE_KERNEL: 0,
  SPACE_USER: 1,
  /** Unwind tables are arrays of blocks of this size; records never straddle two. */
  UNWIND_BLOCK_BYTES: 256,
  /** Text is indexed by pages of 2^16 bytes of the file, so that a row holds 16 bits of the offset. */
  UNWIND_PAGE_BITS: 16,
  /** A page is divided into as many parts: an offset in it lies in part `offset * UNWIND_PARTS >> UNWIND_PAGE_BITS`. */
  UNWIND_PARTS: 30,
  /** First bytes of an unwind table: «STRU». */
  UNWIND_MAGIC: 0x55525453,
  UNWIND_VERSION: 4,
  /** First bytes of a drain frame: «STRA». */
  DRAIN_MAGIC: 0x41525453,
  DRAIN_VERSION: 1,
} as const;

export type FieldType = 'u8' | 'u16' | 'u32' | 'u64' | 's8' | 's16' | 's32' | `u8[${number}]` | `u16[${number}]`;

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
  // An unwind table: the header's block, then the pages, the rules and the rows, each beginning a block. Rows are sorted within
  // their page, and a page's first row is at its offset 0; a row holds until the next. Addresses are offsets in the file.
  unwind_header: [
    ['magic', 'u32'],
    ['version', 'u32'],
    // Number of the page (offset >> UNWIND_PAGE_BITS) that pages[0] describes.
    ['first_page', 'u32'],
    ['pages', 'u32'],
    ['rules', 'u32'],
    ['rows', 'u32'],
    ['rules_block', 'u32'],
    ['rows_block', 'u32'],
  ],
  // `first_row + held[part]` is the row in force where the part ends: at the first offset of the next part, or the page's last.
  unwind_page: [
    ['first_row', 'u32'],
    ['held', 'u16[30]'],
  ],
  // Rule 0 is NO_RULE.
  unwind_rule: [
    ['kind', 'u8'],
    ['cfa_register', 'u8'],
    ['ra_place', 'u8'],
    ['fp_place', 'u8'],
    ['bx_place', 'u8'],
    ['cfa_add', 's8'],
    ['ra_offset', 's16'],
    ['cfa_offset', 's32'],
    ['fp_offset', 's16'],
    ['bx_offset', 's16'],
  ],
  // Which file stands behind a mapping; all of it as stat(2) tells, device as the kernel counts: major << 20 | minor.
  file_key: [
    ['inode', 'u64'],
    ['bytes', 'u64'],
    ['modified_s', 'u64'],
    ['modified_ns', 'u32'],
    ['device', 'u32'],
  ],
  // Times are whole seconds of CLOCK_MONOTONIC.
  file_table: [
    ['table', 'u32'],
    ['used_s', 'u32'],
  ],
  // A file whose table was missed, and where a process has it mapped.
  missed_file: [
    ['start', 'u64'],
    ['end', 'u64'],
    ['pid', 'u32'],
    ['samples', 'u32'],
  ],
};
