// Runs at every tick of a CPU's sampling clock: walks the interrupted task's stacks and adds one to their counter.
#include "kernel_types.h"
#include "definitions.generated.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "frame_pointers.h"

char LICENSE[] SEC("license") = "GPL";

// Nanoseconds between two ticks; set before the program is loaded.
const volatile __u64 period_ns = 10101010;

struct counts_map {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 16384);
    __uint(key_size, sizeof(struct count_key));
    __uint(value_size, sizeof(__u64));
};

// One slot, whose map the agent swaps: the kernel returns from the swap only when no program uses the old map any more,
// so what was counted is read once and whole.
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, 1);
    __type(key, __u32);
    __array(values, struct counts_map);
} counts SEC(".maps");

// Stacks already handed over, with the generation in which they were; the agent raises it to see all of them again.
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 32768);
    __type(key, __u64);
    __type(value, __u32);
} sent SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u32);
} generation SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4 << 20);
} stacks SEC(".maps");

#define COUNTERS (TALLY_COUNT + OUTCOME_COUNT + DROP_REASON_COUNT)

// Tallies, outcomes, drop reasons.
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, COUNTERS);
    __type(key, __u32);
    __type(value, __u64);
} counters SEC(".maps");

// The clock of this CPU: when its next tick is due, and whether nothing ran at the last.
struct next_tick {
    __u64 due_ns;
    __u64 was_idle;
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct next_tick);
} next_ticks SEC(".maps");

// A record of a stack as it goes into the ring: too large for the program's own stack.
struct stack_scratch {
    struct stack_record record;
    __u64 addresses[USER_FRAMES_MOST];
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 2);
    __type(key, __u32);
    __type(value, struct stack_scratch);
} scratch SEC(".maps");

_Static_assert(KERNEL_FRAMES_MOST <= USER_FRAMES_MOST, "both kinds of stack use one scratch");

static __always_inline void tally_many(__u32 counter, __u64 times) {
    __u64 *value = bpf_map_lookup_elem(&counters, &counter);
    if (value) *value += times;
}

static __always_inline void tally(__u32 counter) {
    tally_many(counter, 1);
}

// A tick that comes late is not moved, but those it came too late for are skipped (hrtimer_forward). Those round an idle
// time were idle: a virtual CPU without work sleeps past them.
static __always_inline void tally_skipped(bool is_idle) {
    __u32 zero = 0;
    struct next_tick *next = bpf_map_lookup_elem(&next_ticks, &zero);
    if (!next) return;
    __u64 now = bpf_ktime_get_ns();
    // Earlier than was thought: the first tick was late itself.
    if (next->due_ns == 0 || now < next->due_ns) next->due_ns = now;
    __u64 skipped = (now - next->due_ns) / period_ns;
    if (skipped > 0) {
        bool idle = is_idle || next->was_idle;
        tally_many(TALLY_EVENTS, skipped);
        tally_many(idle ? TALLY_IDLE : TALLY_COUNT + OUTCOME_COUNT + DROP_REASON_MISSED, skipped);
    }
    next->due_ns += (skipped + 1) * period_ns;
    next->was_idle = is_idle;
}

static __always_inline int drop(enum drop_reason reason) {
    tally(TALLY_COUNT + OUTCOME_COUNT + reason);
    return 0;
}

// A 64-bit hash over the addresses, by the finalizer of MurmurHash3 on each; never 0, which means: no stack.
static __always_inline __u64 hash_stack(const struct stack_scratch *stack, __u32 most) {
    __u64 hash = ((__u64)stack->record.space << 8 | stack->record.outcome) + 1;
    for (__u32 i = 0; i < most; i++) {
        if (i >= stack->record.length) break;
        hash ^= stack->addresses[i];
        hash *= 0xff51afd7ed558ccdull;
        hash ^= hash >> 33;
        hash *= 0xc4ceb9fe1a85ec53ull;
        hash ^= hash >> 29;
    }
    return hash ? hash : 1;
}

// Hands a stack over unless it was already. Returns false when there is no room for it.
static __always_inline bool send_once(struct stack_scratch *stack) {
    __u32 zero = 0;
    __u32 *now = bpf_map_lookup_elem(&generation, &zero);
    __u32 *seen = bpf_map_lookup_elem(&sent, &stack->record.id);
    if (!now) return false;
    if (seen && *seen == *now) return true;
    __u32 length = stack->record.length & (2 * USER_FRAMES_MOST - 1);
    if (length > USER_FRAMES_MOST) return false;
    __u64 bytes = sizeof(struct stack_record) + length * sizeof(__u64);
    if (bpf_ringbuf_output(&stacks, stack, bytes, 0)) return false;
    bpf_map_update_elem(&sent, &stack->record.id, now, BPF_ANY);
    return true;
}

// Puts the user's registers into `at` and returns COMPLETE, or why there are none.
static __always_inline enum outcome find_user_registers(struct bpf_perf_event_data *context,
                                                        struct user_registers *at) {
    if (REGS_ARE_USER(&context->regs)) {
        at->ip = REGS_IP(&context->regs);
        at->sp = REGS_SP(&context->regs);
        at->fp = REGS_FP(&context->regs);
        return OUTCOME_COMPLETE;
    }
    struct task_struct *task = bpf_get_current_task_btf();
    if (task->flags & PF_KTHREAD) return OUTCOME_KERNEL_ONLY;
    if (!task->mm) return OUTCOME_EXITING;
    struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);
    // Not plain loads: the compiler would merge them with those from the context, which the verifier refuses.
    bpf_probe_read_kernel(&at->ip, sizeof(at->ip), &REGS_IP(regs));
    bpf_probe_read_kernel(&at->sp, sizeof(at->sp), &REGS_SP(regs));
    bpf_probe_read_kernel(&at->fp, sizeof(at->fp), &REGS_FP(regs));
    return OUTCOME_COMPLETE;
}

SEC("perf_event")
int sample(struct bpf_perf_event_data *context) {
    __u32 zero = 0;
    __u32 one = 1;
    struct count_key key = {};
    struct user_registers at;

    tally(TALLY_EVENTS);
    key.pid = bpf_get_current_pid_tgid() >> 32;
    tally_skipped(key.pid == 0);
    if (key.pid == 0) {
        tally(TALLY_IDLE);
        return 0;
    }
    bpf_get_current_comm(key.thread_name, sizeof(key.thread_name));

    struct stack_scratch *kernel = bpf_map_lookup_elem(&scratch, &zero);
    struct stack_scratch *user = bpf_map_lookup_elem(&scratch, &one);
    void *current = bpf_map_lookup_elem(&counts, &zero);
    if (!kernel || !user || !current) return drop(DROP_REASON_COUNTS_FULL);

    if (!REGS_ARE_USER(&context->regs)) {
        long bytes = bpf_get_stack(context, kernel->addresses, KERNEL_FRAMES_MOST * sizeof(__u64), 0);
        if (bytes > 0) {
            kernel->record.length = bytes / sizeof(__u64);
            kernel->record.space = SPACE_KERNEL;
            kernel->record.outcome = OUTCOME_COMPLETE;
            key.kernel_stack = hash_stack(kernel, KERNEL_FRAMES_MOST);
            kernel->record.id = key.kernel_stack;
            if (!send_once(kernel)) return drop(DROP_REASON_STACK_RING_FULL);
        }
    }

    enum outcome outcome = find_user_registers(context, &at);
    if (outcome == OUTCOME_COMPLETE) {
        user->record.space = SPACE_USER;
        outcome = walk_frame_pointers(at, user->addresses, &user->record.length);
        user->record.outcome = outcome;
        key.user_stack = hash_stack(user, USER_FRAMES_MOST);
        user->record.id = key.user_stack;
        if (!send_once(user)) return drop(DROP_REASON_STACK_RING_FULL);
    }

    __u64 *count = bpf_map_lookup_elem(current, &key);
    if (!count) {
        __u64 none = 0;
        bpf_map_update_elem(current, &key, &none, BPF_NOEXIST);
        count = bpf_map_lookup_elem(current, &key);
        if (!count) return drop(DROP_REASON_COUNTS_FULL);
    }
    __sync_fetch_and_add(count, 1);
    tally(TALLY_KEPT);
    tally(TALLY_COUNT + outcome);
    return 0;
}
