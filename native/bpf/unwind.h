// One step of a user stack's walk: from a frame to its caller's, by the rule of the frame's address, or by the frame
// pointer where no table can be (a JIT's code, files without unwind information).
//
// The environment gives: get_block (unwind_table.h), enter_mapping(walk, address), which looks for the mapping that
// holds the address and fills walk->mapping,
// read_user(to, bytes, address), 0 on success, and get_thread_pointer(). In a replay they read what was recorded.
#pragma once

// Above this no user address lies: on x86-64 with four levels of page tables, on arm64 with any.
#if defined(__TARGET_ARCH_x86)
#define USER_ADDRESS_END (1ull << 47)
#else
#define USER_ADDRESS_END (1ull << 52)
#endif

#define KNOWS(walk, n) ((walk)->known >> (n) & 1)

static __always_inline bool read_word(__u64 *to, __u64 address) {
    return read_user(to, sizeof(*to), address) == 0;
}

// A register of the caller at `place`. Returns false when its memory cannot be read; `*is_known` says whether it has a
// value.
static __always_inline bool read_place(struct walk *walk, __u32 place, __s64 offset, __u64 cfa, __u32 same,
                                       __u64 *value, bool *is_known) {
    __u64 at;

    *is_known = true;
    switch (place) {
    case UNWIND_PLACE_CFA:
        at = offset + SAVED_BYTES;
        // Else the compiler tests another register than it indexes with, and the verifier sees no bound.
        asm volatile("" : "+r"(at));
        if (at >= SAVED_BYTES || at % sizeof(__u64) || !walk->has_saved) return read_word(value, cfa + offset);
        *value = walk->saved[at / sizeof(__u64)];
        return true;
    case UNWIND_PLACE_FP:
        *is_known = KNOWS(walk, DWARF_FP);
        return !*is_known || read_word(value, walk->registers[DWARF_FP] + offset);
    case UNWIND_PLACE_SP:
        return read_word(value, walk->registers[DWARF_SP] + offset);
    case UNWIND_PLACE_REGISTER:
        same = offset & (DWARF_REGISTERS - 1);
        break;
    case UNWIND_PLACE_SAME:
        break;
    default:
        *is_known = false;
        return true;
    }
    *is_known = KNOWS(walk, same);
    *value = walk->registers[same & (DWARF_REGISTERS - 1)];
    return true;
}

// The ways on. Each returns COMPLETE when the walk may go on.

static __always_inline enum outcome step_by_frame_pointer(struct walk *walk) {
    struct {
        __u64 fp;
        __u64 ip;
    } saved;
    __u64 fp = walk->registers[DWARF_FP];
    if (!KNOWS(walk, DWARF_FP)) return OUTCOME_REGISTER_LOST;
    // The outermost frame's; but no thread begins in a JIT's code, which uses the register as it likes.
    if (fp == 0 && walk->mapping.kind == MAPPING_ANONYMOUS) return OUTCOME_NO_FRAME_POINTER;
    if (fp == 0) {
        walk->ip = 0;
        return OUTCOME_COMPLETE;
    }
    if (fp < walk->registers[DWARF_SP] || (fp & 7) || fp >= USER_ADDRESS_END) return OUTCOME_NO_FRAME_POINTER;
    if (read_user(&saved, sizeof(saved), fp)) return OUTCOME_READ_FAULT;
    walk->ip = saved.ip;
    walk->registers[DWARF_FP] = saved.fp;
    walk->registers[DWARF_SP] = fp + sizeof(saved);
    walk->known = 1u << DWARF_FP | 1u << DWARF_SP;
    walk->is_address = 0;
    return OUTCOME_COMPLETE;
}

static __always_inline enum outcome step_by_signal_frame(struct walk *walk, const struct unwind_rule *rule) {
    struct signal_registers *signal = &walk->signal;
    __u64 context = walk->registers[DWARF_SP] + rule->cfa_offset;
    if (read_user(signal, sizeof(*signal), context + SIGNAL_REGISTERS_OFFSET)) return OUTCOME_READ_FAULT;
    __u64 ip;
#if defined(__TARGET_ARCH_x86)
    COPY_REGISTERS(walk->registers, ip, signal);
#else
    for (int i = 0; i < 31; i++)
        walk->registers[i] = signal->regs[i];
    walk->registers[31] = signal->sp;
    ip = signal->pc;
#endif
    walk->ip = ip;
    walk->known = ~0u;
    walk->is_address = 1;
    return OUTCOME_COMPLETE;
}

// Go's runtime works on a stack of the thread's own for a goroutine whose registers it keeps.
static __always_inline enum outcome step_to_goroutine(struct walk *walk, const struct unwind_rule *rule) {
    __u64 g, m, running, fp;
    struct {
        __u64 sp;
        __u64 ip;
    } saved;
    if (!read_word(&g, get_thread_pointer() + rule->cfa_offset) || !read_word(&m, g + rule->bx_offset) ||
        !read_word(&running, m + rule->ra_offset))
        return OUTCOME_READ_FAULT;
    // It was taken from the thread, which looks for another one.
    if (running == 0) {
        walk->ip = 0;
        return OUTCOME_COMPLETE;
    }
    if (read_user(&saved, sizeof(saved), running + rule->cfa_add) || !read_word(&fp, running + rule->fp_offset))
        return OUTCOME_READ_FAULT;
    if (saved.ip == 0) return OUTCOME_REGISTER_LOST;
    walk->ip = saved.ip;
    walk->registers[DWARF_SP] = saved.sp;
    walk->registers[DWARF_FP] = fp;
    walk->known = 1u << DWARF_SP | 1u << DWARF_FP;
    walk->is_address = 0;
    return OUTCOME_COMPLETE;
}

static __always_inline enum outcome step_by_rule(struct walk *walk, const struct unwind_rule *rule) {
    __u32 base = rule->cfa_register & (DWARF_REGISTERS - 1);
    __u64 sp = walk->registers[DWARF_SP];
    __u64 cfa, ip, fp = 0, bx = 0;
    bool has_ip, has_fp, has_bx, is_landing = rule->kind == UNWIND_KIND_LANDING;

    if (rule->kind == UNWIND_KIND_PLT) {
        cfa = sp + rule->cfa_offset + ((walk->ip & 15) >= rule->cfa_add ? 8 : 0);
    } else {
        if (!KNOWS(walk, base)) return OUTCOME_REGISTER_LOST;
        cfa = walk->registers[base];
        if (rule->kind == UNWIND_KIND_INDEXED) cfa = sp + 8 * cfa;
        cfa += rule->cfa_offset;
        if (rule->kind == UNWIND_KIND_DEREFERENCED || rule->kind == UNWIND_KIND_INDEXED || is_landing) {
            if (!read_word(&cfa, cfa)) return OUTCOME_READ_FAULT;
            cfa += rule->cfa_add;
        }
    }
    // Only a function without a frame of its own (arm64) has its caller's.
    bool is_above = cfa > sp || (cfa == sp && walk->is_address);
    if (!is_above && rule->kind != UNWIND_KIND_OTHER_STACK) return OUTCOME_NOT_ABOVE;
    walk->has_saved = read_user(walk->saved, SAVED_BYTES, cfa - SAVED_BYTES) == 0;
    if (!read_place(walk, rule->ra_place, rule->ra_offset, cfa, DWARF_SP, &ip, &has_ip)) return OUTCOME_READ_FAULT;
    if (!has_ip) return OUTCOME_REGISTER_LOST;
    // What cannot be read is lost, which matters only to a frame that hangs on it.
    has_fp = read_place(walk, rule->fp_place, rule->fp_offset, cfa, DWARF_FP, &fp, &has_fp) && has_fp;
    has_bx = read_place(walk, rule->bx_place, rule->bx_offset, cfa, DWARF_BX, &bx, &has_bx) && has_bx;
    walk->ip = ip;
    walk->registers[DWARF_SP] = cfa;
    walk->registers[DWARF_FP] = fp;
    walk->registers[DWARF_BX] = bx;
    // A register that calls may change is still its callee's where the caller's frame hangs on it across the call:
    // OpenSSL's AES-GCM keeps its frame in rax while leaf functions run.
    walk->known = walk->is_address ? walk->known & DWARF_SCRATCH : 0;
    walk->known |= 1u << DWARF_SP | (__u32)has_fp << DWARF_FP | (__u32)has_bx << DWARF_BX;
    walk->is_address = is_landing;
    return OUTCOME_COMPLETE;
}

// A return address belongs to the call before it, which may be a function's last instruction.
static __always_inline __u64 lookup_address(const struct walk *walk) {
    return walk->is_address ? walk->ip : walk->ip - 1;
}

// Makes the mapping that holds the address the walk's current one.
static __always_inline void change_mapping(struct walk *walk, __u64 address) {
    __u32 found = MAPPINGS_KEPT;

    // Without branches, each of which would double what the verifier goes through.
#pragma unroll
    for (__u32 i = 0; i < MAPPINGS_KEPT; i++) {
        __u64 offset = address - walk->kept[i].start;
        __u64 left = walk->kept[i].end - walk->kept[i].start - 1 - offset;
        __u32 is_outside = (offset | left) >> 63;
        found = found * is_outside + i * (1 - is_outside);
    }
    if (found < MAPPINGS_KEPT) {
        walk->mapping = walk->kept[found];
        return;
    }
    enter_mapping(walk, address);
    walk->kept[walk->entered++ % MAPPINGS_KEPT] = walk->mapping;
}

// Whether the frame lies in code; makes its mapping the current one.
static __always_inline bool is_in_code(struct walk *walk) {
    __u64 address = lookup_address(walk);
    if (address - walk->mapping.start >= walk->mapping.end - walk->mapping.start) change_mapping(walk, address);
    return walk->mapping.kind != MAPPING_NONE;
}

// Goes from a frame in code to its caller. Returns COMPLETE with walk->ip == 0 when there is none, with another ip when
// there is one, or what cuts the stack off.
static __always_inline enum outcome step(struct walk *walk) {
    struct unwind_rule rule = {};
    struct walk_mapping *mapping = &walk->mapping;

    if (mapping->kind == MAPPING_NO_TABLE) return OUTCOME_NO_TABLE;
    if (mapping->kind == MAPPING_FRAME_POINTER || mapping->kind == MAPPING_ANONYMOUS)
        return step_by_frame_pointer(walk);
    __u64 offset = lookup_address(walk) - mapping->start + mapping->file_offset;
    if (!find_rule_of_mapping(mapping, offset, &rule)) return OUTCOME_NO_RULE;
    switch (rule.kind) {
    case UNWIND_KIND_NO_RULE:
        return OUTCOME_NO_RULE;
    case UNWIND_KIND_END_OF_STACK:
        walk->ip = 0;
        return OUTCOME_COMPLETE;
    case UNWIND_KIND_FRAME_POINTER:
        return step_by_frame_pointer(walk);
    case UNWIND_KIND_SIGNAL_FRAME:
        return step_by_signal_frame(walk, &rule);
    case UNWIND_KIND_GOROUTINE:
        return step_to_goroutine(walk, &rule);
    case UNWIND_KIND_REGISTER:
    case UNWIND_KIND_DEREFERENCED:
    case UNWIND_KIND_INDEXED:
    case UNWIND_KIND_OTHER_STACK:
    case UNWIND_KIND_LANDING:
    case UNWIND_KIND_PLT:
        return step_by_rule(walk, &rule);
    case UNWIND_KIND_NEW_THREAD:
        walk->may_be_new = 1;
        return step_by_rule(walk, &rule);
    }
    return OUTCOME_UNSUPPORTED_RULE;
}

// Adds the walk's frame to `addresses`, which holds USER_FRAMES_MOST, and goes on to its caller. Returns true when the
// walk has ended, with its outcome.
static __always_inline bool add_frame(struct walk *walk, __u64 *addresses, __u32 *length) {
    __u32 at = *length;

    if (at >= USER_FRAMES_MOST) {
        walk->outcome = OUTCOME_TRUNCATED;
        return true;
    }
    bool is_code = is_in_code(walk);
    // An address that is no code is no frame; but where the program itself jumped to one, it is all there is to show.
    if (is_code || at == 0) {
        __u64 address = walk->ip;
        if (at > 0) address |= (__u64)walk->is_address << INTERRUPTED_BIT;
        addresses[at & (USER_FRAMES_MOST - 1)] = address;
        *length = at + 1;
        walk->hash = hash_address(walk->hash, address);
    }
    if (!is_code && walk->may_be_new) {
        walk->ip = 0;
        walk->outcome = OUTCOME_COMPLETE;
        return true;
    }
    walk->may_be_new = 0;
    walk->outcome = is_code ? step(walk) : OUTCOME_NOT_CODE;
    return walk->outcome != OUTCOME_COMPLETE || walk->ip == 0;
}
