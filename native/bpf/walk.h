// The state of a user stack's walk: one frame, and the mapping its code lies in.
#pragma once

enum mapping_kind {
    MAPPING_NONE, // no executable memory
    MAPPING_TABLE,
    MAPPING_NO_TABLE,
    MAPPING_FRAME_POINTER,
    MAPPING_ANONYMOUS, // a JIT's code
};

struct walk_mapping {
    __u64 start;
    __u64 end;
    __u64 file_offset; // of `start`
    __u32 kind;
    __u32 table;
    struct unwind_header header;
};

// Kept of the mappings a stack has gone through: it mostly goes to and fro between a program and its libraries.
#define MAPPINGS_KEPT 4
// The return address and the six registers that callees save, where a prologue pushes them.
#define SAVED_BYTES 56

struct walk {
    __u64 ip;
    __u64 registers[DWARF_REGISTERS];
    __u32 known;      // bit n: registers[n] is the caller's
    __u32 is_address; // ip is where the frame was interrupted, not a return address
    __u32 may_be_new; // the frame before may be a thread's first, and this one none
    __u32 now_s;      // CLOCK_MONOTONIC
    __u32 outcome;
    __u64 hash;
    struct walk_mapping mapping;
    struct walk_mapping kept[MAPPINGS_KEPT];
    __u32 entered;   // mappings, of which the last ones are kept
    __u32 has_saved; // `saved` is the memory directly below the CFA of the frame at hand
    __u64 saved[SAVED_BYTES / sizeof(__u64)];
    struct signal_registers signal;
};

// One address of a 64-bit hash over a stack, by the finalizer of MurmurHash3.
static __always_inline __u64 hash_address(__u64 hash, __u64 address) {
    hash ^= address;
    hash *= 0xff51afd7ed558ccdull;
    hash ^= hash >> 33;
    hash *= 0xc4ceb9fe1a85ec53ull;
    return hash ^ hash >> 29;
}
