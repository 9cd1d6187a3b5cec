// Which mapping of the current process holds an address: read from the kernel's own tree of mappings, at the moment of
// the sample, without its lock. A tree that changes meanwhile may hide a mapping, but never invents one: what is found
// contains the address. (bpf_find_vma takes the lock, and with it only one look-up a tick.)
#pragma once

struct found_mapping {
    __u64 start;
    __u64 end;
    __u64 page_offset;
    __u64 flags;
    struct file *file;
};

// Maple tree (lib/maple_tree.c, «Maple tree nodes»): a pointer's low 8 bits say what kind of node it leads to.
#define MAPLE_NODE_MASK 0xffull
#define MAPLE_TYPE(node) (((node) >> 3) & 0xf)
#define MAPLE_LEAF_64 1
#define MAPLE_RANGE_64 2
#define MAPLE_ARANGE_64 3
#define MAPLE_RANGE_PIVOTS 15
#define MAPLE_ARANGE_PIVOTS 9
#define MAPLE_PIVOTS_OFFSET 8
// Four levels hold 10 * 10 * 10 * 16 mappings and more; each further one ten times as many.
#define MAPLE_LEVELS_MOST 8
#define RB_LEVELS_MOST 40

static __always_inline void *find_in_maple_tree(__u64 root, __u64 address) {
    __u64 pivots[MAPLE_RANGE_PIVOTS];

    // Neither empty nor one lone entry.
    if ((root & 3) != 2) return 0;
    for (int level = 0; level < MAPLE_LEVELS_MOST; level++) {
        __u64 node = root & ~MAPLE_NODE_MASK;
        __u64 type = MAPLE_TYPE(root);
        if (type < MAPLE_LEAF_64 || type > MAPLE_ARANGE_64) return 0;
        __u32 count = type == MAPLE_ARANGE_64 ? MAPLE_ARANGE_PIVOTS : MAPLE_RANGE_PIVOTS;
        if (bpf_probe_read_kernel(pivots, sizeof(pivots), (void *)(node + MAPLE_PIVOTS_OFFSET))) return 0;
        // A pivot is the last address of its slot. Those behind the node's last slot are 0.
        __u32 slot = 0;
#pragma unroll
        for (__u32 i = 0; i < MAPLE_RANGE_PIVOTS; i++) {
            if (slot == i && i < count && pivots[i] < address && (i == 0 || pivots[i] != 0)) slot = i + 1;
        }
        __u64 slots = node + MAPLE_PIVOTS_OFFSET + count * sizeof(__u64);
        __u64 next = 0;
        if (bpf_probe_read_kernel(&next, sizeof(next), (void *)(slots + slot * sizeof(__u64)))) return 0;
        if (type == MAPLE_LEAF_64) return (void *)next;
        root = next;
    }
    return 0;
}

static __always_inline void *find_in_rb_tree(struct rb_node *node, __u64 address) {
    __u64 offset = bpf_core_field_offset(struct vm_area_struct___5_10, vm_rb);
    for (int level = 0; level < RB_LEVELS_MOST && node; level++) {
        struct vm_area_struct *area = (void *)node - offset;
        if (BPF_CORE_READ(area, vm_start) > address)
            node = BPF_CORE_READ(node, rb_left);
        else if (BPF_CORE_READ(area, vm_end) <= address)
            node = BPF_CORE_READ(node, rb_right);
        else
            return area;
    }
    return 0;
}

// Returns false when no mapping holds the address.
static __always_inline bool find_mapping(struct mm_struct *mm, __u64 address, struct found_mapping *found) {
    struct vm_area_struct *area;
    if (bpf_core_field_exists(mm->mm_mt)) {
        area = find_in_maple_tree((__u64)BPF_CORE_READ(mm, mm_mt.ma_root), address);
    } else {
        struct mm_struct___5_10 *older = (void *)mm;
        area = find_in_rb_tree(BPF_CORE_READ(older, mm_rb.rb_node), address);
    }
    if (!area) return false;
    found->start = BPF_CORE_READ(area, vm_start);
    found->end = BPF_CORE_READ(area, vm_end);
    if (address < found->start || address >= found->end) return false;
    found->page_offset = BPF_CORE_READ(area, vm_pgoff);
    found->flags = BPF_CORE_READ(area, vm_flags);
    found->file = BPF_CORE_READ(area, vm_file);
    return true;
}

static __always_inline void read_file_key(struct file *file, struct file_key *key) {
    struct inode *inode = BPF_CORE_READ(file, f_inode);
    key->inode = BPF_CORE_READ(inode, i_ino);
    key->bytes = BPF_CORE_READ(inode, i_size);
    key->device = BPF_CORE_READ(inode, i_sb, s_dev);
    if (bpf_core_field_exists(inode->i_mtime_sec)) {
        key->modified_s = BPF_CORE_READ(inode, i_mtime_sec);
        key->modified_ns = BPF_CORE_READ(inode, i_mtime_nsec);
    } else if (bpf_core_field_exists(((struct inode___6_7 *)0)->__i_mtime)) {
        struct inode___6_7 *older = (void *)inode;
        key->modified_s = BPF_CORE_READ(older, __i_mtime.tv_sec);
        key->modified_ns = BPF_CORE_READ(older, __i_mtime.tv_nsec);
    } else {
        struct inode___5_10 *oldest = (void *)inode;
        key->modified_s = BPF_CORE_READ(oldest, i_mtime.tv_sec);
        key->modified_ns = BPF_CORE_READ(oldest, i_mtime.tv_nsec);
    }
}
