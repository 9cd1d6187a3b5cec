// The unwind tables in the kernel: by file, so that a new process of a known program has them at its first sample.
#pragma once

struct table_map {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_INNER_MAP | BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __uint(key_size, sizeof(__u32));
    __uint(value_size, UNWIND_BLOCK_BYTES);
};

// Each table is an array of exactly its own size, which the agent fills before it puts it here.
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, TABLES_MOST);
    __type(key, __u32);
    __array(values, struct table_map);
} tables SEC(".maps");

// Preallocated: before 6.1 the kernel lets a perf event's program use no other hash table.
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, TABLES_MOST);
    __type(key, struct file_key);
    __type(value, struct file_table);
} files SEC(".maps");

// What the agent should build a table for.
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 1024);
    __type(key, struct file_key);
    __type(value, struct missed_file);
} missed SEC(".maps");

union unwind_block;

// Wakes the agent when a file is missed for the first time.
struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4096);
} misses SEC(".maps");

static __always_inline union unwind_block *get_block(void *blocks, __u32 number) {
    return bpf_map_lookup_elem(blocks, &number);
}

#include "unwind_table.h"

static __always_inline bool find_rule_of_mapping(const struct walk_mapping *mapping, __u64 offset,
                                                 struct unwind_rule *rule) {
    void *blocks = bpf_map_lookup_elem(&tables, &mapping->table);
    return blocks && find_rule(blocks, &mapping->header, offset, rule);
}

static __always_inline long read_user(void *to, __u32 bytes, __u64 address) {
    return bpf_probe_read_user(to, bytes, (void *)address);
}

static __always_inline __u64 get_thread_pointer(void) {
    return READ_THREAD_POINTER((struct task_struct *)bpf_get_current_task());
}

static __always_inline void miss(const struct file_key *key, const struct walk_mapping *mapping) {
    struct missed_file *known = bpf_map_lookup_elem(&missed, key);
    if (known) {
        known->samples++;
        return;
    }
    struct missed_file first = {.start = mapping->start, .end = mapping->end, .samples = 1};
    first.pid = bpf_get_current_pid_tgid() >> 32;
    bpf_map_update_elem(&missed, key, &first, BPF_ANY);
    bpf_ringbuf_output(&misses, &first.pid, sizeof(first.pid), 0);
}

// The table of a file, if it has one in the kernel.
static __always_inline enum mapping_kind find_table(const struct file_key *key, struct walk_mapping *mapping,
                                                    __u32 now_s) {
    __u32 header = 0;
    struct file_table *file = bpf_map_lookup_elem(&files, key);
    if (!file) {
        miss(key, mapping);
        return MAPPING_NO_TABLE;
    }
    // A write takes the line from the other CPUs.
    if (file->used_s != now_s) file->used_s = now_s;
    mapping->table = file->table;
    // It is no program, as what a JIT maps as a file.
    if (file->table == NO_TABLE) return MAPPING_FRAME_POINTER;
    // It has a table that could not be had: frame pointers would lead astray.
    if (file->table == REFUSED_TABLE) return MAPPING_NO_TABLE;
    void *blocks = bpf_map_lookup_elem(&tables, &mapping->table);
    union unwind_block *block = blocks ? get_block(blocks, header) : 0;
    if (!block) return MAPPING_NO_TABLE;
    mapping->header = block->header;
    return MAPPING_TABLE;
}

// Looks for the mapping that holds the address, and for its table.
static __always_inline void enter_mapping(struct walk *walk, __u64 address) {
    struct walk_mapping *mapping = &walk->mapping;
    struct task_struct *task = (void *)bpf_get_current_task();
    struct mm_struct *mm = BPF_CORE_READ(task, mm);
    struct found_mapping found;
    struct file_key key = {};

    mapping->start = mapping->end = 0;
    mapping->kind = MAPPING_NONE;
    if (!mm || !find_mapping(mm, address, &found) || !(found.flags & VM_EXEC)) return;
    mapping->start = found.start;
    mapping->end = found.end;
    mapping->file_offset = found.page_offset << 12;
    if (found.file) {
        read_file_key(found.file, &key);
    } else if (found.start == (__u64)BPF_CORE_READ(mm, context.vdso)) {
        mapping->file_offset = 0;
        key.inode = VDSO_INODE;
    } else {
        mapping->kind = MAPPING_ANONYMOUS;
        return;
    }
    mapping->kind = find_table(&key, mapping, walk->now_s);
}
