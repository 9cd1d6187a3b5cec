// Generated from native/definitions/definitions.ts. Change that, then run: node native/definitions/generate.ts
#pragma once

enum tally {
    TALLY_EVENTS, // ticks that were due
    TALLY_KEPT, // samples counted
    TALLY_IDLE, // ticks on an idle CPU
    TALLY_COUNT,
};

enum outcome {
    OUTCOME_COMPLETE, // the walk reached the outermost frame of the thread
    OUTCOME_NO_RULE, // no unwind information covers an address of the stack
    OUTCOME_UNSUPPORTED_RULE, // a rule of the unwind information is not evaluated
    OUTCOME_NO_TABLE, // the unwind table of a file was not ready
    OUTCOME_NOT_CODE, // a return address lies in no executable memory
    OUTCOME_NO_FRAME_POINTER, // code without unwind information keeps no frame pointer
    OUTCOME_NOT_ABOVE, // the frame of a caller does not lie above that of its callee
    OUTCOME_REGISTER_LOST, // a frame hangs on a register whose value is not known there
    OUTCOME_READ_FAULT, // the stack memory of a frame could not be read
    OUTCOME_TRUNCATED, // the stack has more frames than are walked
    OUTCOME_KERNEL_ONLY, // a kernel thread: it has no user stack
    OUTCOME_EXITING, // the process had already given its memory back, at its end or for another program
    OUTCOME_COUNT,
};

enum drop_reason {
    DROP_REASON_COUNTS_FULL, // the table of counters between two drains was full
    DROP_REASON_STACK_RING_FULL, // a stack seen for the first time could not be handed to the agent
    DROP_REASON_MISSED, // a busy CPU ran the sampler too late for this tick
    DROP_REASON_COUNT,
};

enum event_kind {
    EVENT_KIND_EXEC, // a process became another program
    EVENT_KIND_FORK, // a process was made
    EVENT_KIND_EXIT, // a process ended
    EVENT_KIND_MMAP, // executable memory was mapped
    EVENT_KIND_COUNT,
};

enum unwind_kind {
    UNWIND_KIND_NO_RULE, // no unwind information covers the address
    UNWIND_KIND_END_OF_STACK, // the outermost frame: its return address is undefined
    UNWIND_KIND_FRAME_POINTER, // the file has no unwind information: follow the frame pointer
    UNWIND_KIND_REGISTER, // CFA = register + cfa_offset
    UNWIND_KIND_DEREFERENCED, // CFA = [register + cfa_offset] + cfa_add
    UNWIND_KIND_PLT, // CFA = stack pointer + cfa_offset + (address & 15 >= cfa_add ? 8 : 0)
    UNWIND_KIND_SIGNAL_FRAME, // all registers come from the signal context at stack pointer + cfa_offset
    UNWIND_KIND_UNSUPPORTED, // the rule is one that is not evaluated
    UNWIND_KIND_INDEXED, // CFA = [stack pointer + cfa_offset + 8 * register] + cfa_add
    UNWIND_KIND_OTHER_STACK, // CFA = register + cfa_offset, on a stack that may lie below: the function changes stacks
    UNWIND_KIND_NEW_THREAD, // as REGISTER; but where the return address is no code a thread has just begun, and there is no caller
    UNWIND_KIND_LANDING, // CFA = [register + cfa_offset], and what is found there is no caller but where an exception will be handled
    UNWIND_KIND_GOROUTINE, // ip, stack and frame pointer are those that Go keeps of the goroutine: g = [thread pointer + cfa_offset], m = [g + bx_offset], running = [m + ra_offset], and in it: sp at cfa_add, ip behind it, frame pointer at fp_offset
    UNWIND_KIND_COUNT,
};

enum unwind_place {
    UNWIND_PLACE_SAME, // unchanged
    UNWIND_PLACE_CFA, // [CFA + offset]
    UNWIND_PLACE_FP, // [frame pointer + offset]
    UNWIND_PLACE_SP, // [stack pointer + offset]
    UNWIND_PLACE_REGISTER, // in the register of number offset
    UNWIND_PLACE_UNDEFINED, // not recoverable
    UNWIND_PLACE_COUNT,
};

#define USER_FRAMES_MOST 512
#define INTERRUPTED_BIT 63
#define TABLES_MOST 16384
#define NO_TABLE 4294967295
#define REFUSED_TABLE 4294967294
#define VDSO_INODE 1
#define KERNEL_FRAMES_MOST 127
#define THREAD_NAME_BYTES 16
#define BUILD_ID_BYTES_MOST 20
#define SPACE_KERNEL 0
#define SPACE_USER 1
#define UNWIND_BLOCK_BYTES 256
#define UNWIND_PAGE_BITS 16
#define UNWIND_PARTS 30
#define UNWIND_MAGIC 1431458899
#define UNWIND_VERSION 4
#define DRAIN_MAGIC 1095914579
#define DRAIN_VERSION 1

struct drain_header {
    __u32 magic;
    __u32 version;
    __u64 from_ns;
    __u64 to_ns;
    __u32 tallies;
    __u32 counts;
    __u32 stacks;
    __u32 events;
    __u64 lost_process_events;
};
_Static_assert(sizeof(struct drain_header) == 48, "drain_header has padding");

struct count_key {
    __u64 user_stack;
    __u64 kernel_stack;
    __u8 thread_name[16];
    __u32 pid;
    __u32 reserved;
};
_Static_assert(sizeof(struct count_key) == 40, "count_key has padding");

struct count_record {
    __u64 user_stack;
    __u64 kernel_stack;
    __u8 thread_name[16];
    __u32 pid;
    __u32 count;
};
_Static_assert(sizeof(struct count_record) == 40, "count_record has padding");

struct stack_record {
    __u64 id;
    __u32 length;
    __u8 space;
    __u8 outcome;
    __u16 reserved;
};
_Static_assert(sizeof(struct stack_record) == 16, "stack_record has padding");

struct event_record {
    __u64 time_ns;
    __u64 start;
    __u64 end;
    __u64 file_offset;
    __u64 inode;
    __u32 pid;
    __u32 parent_pid;
    __u32 device_major;
    __u32 device_minor;
    __u16 text_bytes;
    __u8 kind;
    __u8 build_id_bytes;
    __u8 build_id[20];
};
_Static_assert(sizeof(struct event_record) == 80, "event_record has padding");

struct unwind_header {
    __u32 magic;
    __u32 version;
    __u32 first_page;
    __u32 pages;
    __u32 rules;
    __u32 rows;
    __u32 rules_block;
    __u32 rows_block;
};
_Static_assert(sizeof(struct unwind_header) == 32, "unwind_header has padding");

struct unwind_page {
    __u32 first_row;
    __u16 held[30];
};
_Static_assert(sizeof(struct unwind_page) == 64, "unwind_page has padding");

struct unwind_rule {
    __u8 kind;
    __u8 cfa_register;
    __u8 ra_place;
    __u8 fp_place;
    __u8 bx_place;
    __s8 cfa_add;
    __s16 ra_offset;
    __s32 cfa_offset;
    __s16 fp_offset;
    __s16 bx_offset;
};
_Static_assert(sizeof(struct unwind_rule) == 16, "unwind_rule has padding");

struct file_key {
    __u64 inode;
    __u64 bytes;
    __u64 modified_s;
    __u32 modified_ns;
    __u32 device;
};
_Static_assert(sizeof(struct file_key) == 32, "file_key has padding");

struct file_table {
    __u32 table;
    __u32 used_s;
};
_Static_assert(sizeof(struct file_table) == 8, "file_table has padding");

struct missed_file {
    __u64 start;
    __u64 end;
    __u32 pid;
    __u32 samples;
};
_Static_assert(sizeof(struct missed_file) == 24, "missed_file has padding");
