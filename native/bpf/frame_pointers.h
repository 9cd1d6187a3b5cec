// Walks a user stack by frame pointers: at the frame pointer lie the caller's frame pointer and the return address.
// A function interrupted before it has set up its frame is seen with its caller's frame: that caller's caller follows,
// and the caller itself is missing. Unwind tables do not have this gap; frame pointers alone cannot close it.
#pragma once

// Above this no user address lies, on either architecture with four levels of page tables.
#define USER_ADDRESS_END (1ull << 47)

struct user_registers {
    __u64 ip;
    __u64 sp;
    __u64 fp;
};

struct saved_frame {
    __u64 fp;
    __u64 return_address;
};

// Fills addresses, leaf first, and returns the outcome.
static __always_inline enum outcome walk_frame_pointers(struct user_registers at, __u64 *addresses, __u32 *length) {
    struct saved_frame frame;
    __u64 below = at.sp - 1;
    __u32 n = 1;

    addresses[0] = at.ip;
    *length = 1;
    // The verifier follows every turn; the bound is what it can afford.
    for (int i = 1; i < USER_FRAMES_MOST; i++) {
        if (at.fp == 0) return OUTCOME_COMPLETE;
        if (at.fp <= below || (at.fp & 7) || at.fp >= USER_ADDRESS_END) return OUTCOME_NO_FRAME_POINTER;
        if (bpf_probe_read_user(&frame, sizeof(frame), (void *)at.fp)) return OUTCOME_READ_FAULT;
        if (frame.return_address == 0) return OUTCOME_COMPLETE;
        if (frame.return_address >= USER_ADDRESS_END) return OUTCOME_NO_FRAME_POINTER;
        addresses[i] = frame.return_address;
        n = i + 1;
        *length = n;
        below = at.fp;
        at.fp = frame.fp;
    }
    return at.fp == 0 ? OUTCOME_COMPLETE : OUTCOME_TRUNCATED;
}
