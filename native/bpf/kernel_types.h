// The kernel's types, as far as the programs read them. Offsets are found at load time (CO-RE); only names matter here.
#pragma once

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef signed char __s8;
typedef short __s16;
typedef int __s32;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef _Bool bool;
#define true 1
#define false 0

enum bpf_map_type {
    BPF_MAP_TYPE_HASH = 1,
    BPF_MAP_TYPE_ARRAY = 2,
    BPF_MAP_TYPE_PROG_ARRAY = 3,
    BPF_MAP_TYPE_PERCPU_ARRAY = 6,
    BPF_MAP_TYPE_LRU_HASH = 9,
    BPF_MAP_TYPE_ARRAY_OF_MAPS = 12,
    BPF_MAP_TYPE_RINGBUF = 27,
};

enum {
    BPF_ANY = 0,
    BPF_NOEXIST = 1,
};

enum {
    BPF_RB_NO_WAKEUP = 1,
};

enum {
    BPF_F_MMAPABLE = 1 << 10,
    BPF_F_INNER_MAP = 1 << 12,
};

// Helpers that older kernels lack; bpf_core_enum_value_exists asks for them.
enum bpf_func_id {
    BPF_FUNC_task_pt_regs = 175,
    BPF_FUNC_loop = 181,
};

#define PF_KTHREAD 0x00200000
#define VM_EXEC 0x00000004

typedef __u32 dev_t;
typedef long long loff_t;
typedef long long time64_t;

struct timespec64 {
    time64_t tv_sec;
    long tv_nsec;
} __attribute__((preserve_access_index));

struct super_block {
    dev_t s_dev;
} __attribute__((preserve_access_index));

struct inode {
    struct super_block *i_sb;
    unsigned long i_ino;
    loff_t i_size;
    // Since 6.11.
    time64_t i_mtime_sec;
    __u32 i_mtime_nsec;
} __attribute__((preserve_access_index));

// 6.7 to 6.10.
struct inode___6_7 {
    struct timespec64 __i_mtime;
} __attribute__((preserve_access_index));

// Before 6.7.
struct inode___5_10 {
    struct timespec64 i_mtime;
} __attribute__((preserve_access_index));

struct file {
    struct inode *f_inode;
} __attribute__((preserve_access_index));

struct rb_node {
    struct rb_node *rb_right;
    struct rb_node *rb_left;
} __attribute__((preserve_access_index));

struct rb_root {
    struct rb_node *rb_node;
} __attribute__((preserve_access_index));

struct vm_area_struct {
    unsigned long vm_start;
    unsigned long vm_end;
    unsigned long vm_flags;
    unsigned long vm_pgoff;
    struct file *vm_file;
} __attribute__((preserve_access_index));

// Before 6.1.
struct vm_area_struct___5_10 {
    struct rb_node vm_rb;
} __attribute__((preserve_access_index));

struct maple_tree {
    void *ma_root;
} __attribute__((preserve_access_index));

typedef struct {
    void *vdso;
} __attribute__((preserve_access_index)) mm_context_t;

struct mm_struct {
    struct maple_tree mm_mt;
    mm_context_t context;
} __attribute__((preserve_access_index));

struct mm_struct___5_10 {
    struct rb_root mm_rb;
} __attribute__((preserve_access_index));

// What processors keep for a thread: the base of its own memory.
struct thread_struct {
#if defined(__TARGET_ARCH_x86)
    unsigned long fsbase;
#else
    struct {
        unsigned long tp_value;
    } uw;
#endif
} __attribute__((preserve_access_index));

struct task_struct {
    unsigned int flags;
    void *stack;
    struct mm_struct *mm;
    struct thread_struct thread;
} __attribute__((preserve_access_index));

#include "machine.h"

// What a perf event's program gets; stable, uapi/linux/bpf_perf_event.h.
struct bpf_perf_event_data {
    struct pt_regs regs;
    __u64 sample_period;
    __u64 addr;
};
