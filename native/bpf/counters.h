// What became of every tick: one counter for each, by CPU.
#pragma once

#define COUNTERS (TALLY_COUNT + OUTCOME_COUNT + DROP_REASON_COUNT)

// Nanoseconds between two ticks; set before the program is loaded.
const volatile __u64 period_ns = 10101010;

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

static __always_inline void tally_many(__u32 counter, __u64 times) {
    __u64 *value = bpf_map_lookup_elem(&counters, &counter);
    if (value) *value += times;
}

static __always_inline void tally(__u32 counter) {
    tally_many(counter, 1);
}

// A tick that comes late is not moved, but those it came too late for are skipped (hrtimer_forward): a virtual CPU
// without work sleeps past them, or its host takes its time away. The agent moves those of an idle time that both of
// its neighbours hide from MISSED to IDLE, by the kernel's account of idle time.
static __always_inline void tally_skipped(__u64 now, bool is_idle) {
    __u32 zero = 0;
    struct next_tick *next = bpf_map_lookup_elem(&next_ticks, &zero);
    if (!next) return;
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
