// Runs at every tick of a CPU's sampling clock: walks the interrupted task's stacks and adds one to their counter.
#include "kernel_types.h"
#include "definitions.generated.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

// clang-format off: each needs those before it.
#include "counters.h"
#include "mappings.h"
#include "walk.h"
#include "tables.h"
#include "unwind.h"
// clang-format on

char LICENSE[] SEC("license") = "GPL";

// Frames that one program walks before it calls itself, where the kernel has no bpf_loop; 33 tail calls are allowed.
#define FRAMES_A_CALL 16
_Static_assert(USER_FRAMES_MOST / FRAMES_A_CALL < 33, "tail calls suffice for all frames");
_Static_assert((USER_FRAMES_MOST & (USER_FRAMES_MOST - 1)) == 0, "a mask bounds the frames");
_Static_assert(KERNEL_FRAMES_MOST <= USER_FRAMES_MOST, "both kinds of stack use one scratch");

// Helpers that hand out the kernel's own types need its own description of them; set before the programs are loaded.
const volatile __u64 kernel_has_btf = 1;

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
    __uint(max_entries, 1 << 20); // more with many CPUs
} stacks SEC(".maps");

// A record of a stack as it goes into the ring.
struct stack_scratch {
    struct stack_record record;
    __u64 addresses[USER_FRAMES_MOST];
};

// All that is known of the sample at hand: too large for a program's own stack, and kept from one tail call to the
// next.
struct sample_state {
    struct count_key key;
    struct walk walk;
    struct pt_regs interrupted;
    struct stack_scratch kernel;
    struct stack_scratch user;
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct sample_state);
} states SEC(".maps");

static __always_inline struct sample_state *get_state(void) {
    __u32 zero = 0;
    return bpf_map_lookup_elem(&states, &zero);
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
    if (bpf_ringbuf_output(&stacks, stack, bytes, BPF_RB_NO_WAKEUP)) return false;
    bpf_map_update_elem(&sent, &stack->record.id, now, BPF_ANY);
    return true;
}

// The kernel's part of the stack, when the task was interrupted there. Returns false when it could not be handed over.
static __always_inline bool take_kernel_stack(struct bpf_perf_event_data *context, struct sample_state *state) {
    struct stack_scratch *kernel = &state->kernel;
    state->key.kernel_stack = 0;
    if (REGS_ARE_USER(&context->regs)) return true;
    long bytes = bpf_get_stack(context, kernel->addresses, KERNEL_FRAMES_MOST * sizeof(__u64), 0);
    if (bytes <= 0) return true;
    kernel->record.length = bytes / sizeof(__u64);
    kernel->record.space = SPACE_KERNEL;
    kernel->record.outcome = OUTCOME_COMPLETE;
    __u64 hash = 1;
    for (__u32 i = 0; i < KERNEL_FRAMES_MOST && i < kernel->record.length; i++) {
        hash = hash_address(hash, kernel->addresses[i]);
    }
    kernel->record.id = state->key.kernel_stack = hash | 1;
    return send_once(kernel);
}

// Puts the user's registers into the walk and returns COMPLETE, or why there are none.
static __always_inline enum outcome take_user_registers(struct bpf_perf_event_data *context,
                                                        struct sample_state *state) {
    struct walk *walk = &state->walk;
    if (REGS_ARE_USER(&context->regs)) {
        COPY_REGISTERS(walk->registers, walk->ip, &context->regs);
        // Else the compiler merges these loads with those below, and the verifier refuses a pointer that may be either.
        asm volatile("# the context's" ::: "memory");
        return OUTCOME_COMPLETE;
    }
    struct task_struct *task = (void *)bpf_get_current_task();
    if (BPF_CORE_READ(task, flags) & PF_KTHREAD) return OUTCOME_KERNEL_ONLY;
    if (!BPF_CORE_READ(task, mm)) return OUTCOME_EXITING;
    // Where every entry into the kernel puts them: the top of the task's kernel stack. 5.15 and later say it
    // themselves, but only if they describe their types.
    struct pt_regs *interrupted = BPF_CORE_READ(task, stack) + KERNEL_STACK_BYTES - sizeof(struct pt_regs);
    if (kernel_has_btf && bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs)) {
        interrupted = (void *)bpf_task_pt_regs(bpf_get_current_task_btf());
    }
    if (bpf_probe_read_kernel(&state->interrupted, sizeof(struct pt_regs), interrupted)) return OUTCOME_EXITING;
    COPY_REGISTERS(walk->registers, walk->ip, &state->interrupted);
    return OUTCOME_COMPLETE;
}

// Returns true when the walk has ended. A function of its own: inlined into a loop, what it reads of types that this
// kernel lacks would move in front of the test for them.
static __noinline bool walk_frame(struct sample_state *state) {
    return add_frame(&state->walk, state->user.addresses, &state->user.record.length);
}

static __always_inline int count(struct sample_state *state, enum outcome outcome) {
    __u32 zero = 0;
    void *current = bpf_map_lookup_elem(&counts, &zero);
    if (!current) return drop(DROP_REASON_COUNTS_FULL);
    __u64 *count = bpf_map_lookup_elem(current, &state->key);
    if (count) {
        __sync_fetch_and_add(count, 1);
    } else {
        __u64 one = 1;
        // Another CPU may have been the first.
        if (bpf_map_update_elem(current, &state->key, &one, BPF_NOEXIST)) {
            count = bpf_map_lookup_elem(current, &state->key);
            if (!count) return drop(DROP_REASON_COUNTS_FULL);
            __sync_fetch_and_add(count, 1);
        }
    }
    tally(TALLY_KEPT);
    tally(TALLY_COUNT + outcome);
    return 0;
}

static __always_inline int finish(struct sample_state *state) {
    struct stack_record *record = &state->user.record;
    // In the midst of an exec the registers are still the old program's, and the memory no longer is.
    if (state->walk.outcome == OUTCOME_NOT_CODE && record->length == 1 && state->key.kernel_stack) {
        return count(state, OUTCOME_EXITING);
    }
    record->space = SPACE_USER;
    record->outcome = state->walk.outcome;
    // A whole stack and the same one cut off are two.
    record->id = hash_address(state->walk.hash, record->outcome) | 1;
    state->key.user_stack = record->id;
    if (!send_once(&state->user)) return drop(DROP_REASON_STACK_RING_FULL);
    return count(state, state->walk.outcome);
}

// Everything up to the first user frame. Returns false when the sample is done with.
static __always_inline bool begin(struct bpf_perf_event_data *context, struct sample_state *state) {
    __u64 now = bpf_ktime_get_ns();
    __u32 pid = bpf_get_current_pid_tgid() >> 32;

    tally(TALLY_EVENTS);
    tally_skipped(now, pid == 0);
    if (pid == 0) {
        tally(TALLY_IDLE);
        return false;
    }
    state->key.pid = pid;
    state->key.user_stack = 0;
    bpf_get_current_comm(state->key.thread_name, sizeof(state->key.thread_name));
    if (!take_kernel_stack(context, state)) {
        drop(DROP_REASON_STACK_RING_FULL);
        return false;
    }
    enum outcome outcome = take_user_registers(context, state);
    if (outcome != OUTCOME_COMPLETE) {
        count(state, outcome);
        return false;
    }
    state->user.record.length = 0;
    state->walk.hash = 1;
    state->walk.known = ~0u;
    state->walk.is_address = 1;
    state->walk.may_be_new = 0;
    state->walk.now_s = now / 1000000000;
    state->walk.mapping.start = state->walk.mapping.end = 0;
    __builtin_memset(state->walk.kept, 0, sizeof(state->walk.kept));
    return true;
}

struct loop_context {
    struct sample_state *state;
};

static long walk_frame_of_loop(__u32 index, struct loop_context *context) {
    return walk_frame(context->state);
}

SEC("perf_event")
int sample_by_loop(struct bpf_perf_event_data *context) {
    struct sample_state *state = get_state();
    if (!state || !begin(context, state)) return 0;
    struct loop_context loop = {.state = state};
    // One turn more than frames: the last finds that there are more.
    bpf_loop(USER_FRAMES_MOST + 1, walk_frame_of_loop, &loop, 0);
    return finish(state);
}

// For kernels before 5.17.

struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u32);
} programs SEC(".maps");

SEC("perf_event")
int walk_on(struct bpf_perf_event_data *context) {
    struct sample_state *state = get_state();
    if (!state) return 0;
    for (int i = 0; i < FRAMES_A_CALL; i++) {
        if (walk_frame(state)) return finish(state);
    }
    bpf_tail_call(context, &programs, 0);
    state->walk.outcome = OUTCOME_TRUNCATED;
    return finish(state);
}

SEC("perf_event")
int sample_by_calls(struct bpf_perf_event_data *context) {
    struct sample_state *state = get_state();
    if (!state || !begin(context, state)) return 0;
    bpf_tail_call(context, &programs, 0);
    state->walk.outcome = OUTCOME_TRUNCATED;
    return finish(state);
}
