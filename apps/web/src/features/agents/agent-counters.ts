export interface Counter {
  /** As reported, such as `dropped.ring_full`. */
  readonly name: string;
  readonly value: number;
}

/** Counters of an agent, by what they tell. */
export interface AgentCounters {
  readonly events: number;
  readonly kept: number;
  readonly idle: number;
  readonly dropped: number;
  /** Largest first; those that never happened are left out. */
  readonly drops: readonly Counter[];
  readonly outcomes: readonly Counter[];
  /** Of the sampler's programs in the kernel; 0 runs where the kernel does not measure them. */
  readonly runtimeNs: number;
  readonly runs: number;
  /** What unwinding takes; null where the agent does not sample or does not tell. */
  readonly tables: {
    /** Of everything in the kernel, and the most it may be. */
    readonly bytes: number;
    readonly bytesMost: number;
    /** Files by whether there is a table for them. */
    readonly built: number;
    readonly failed: number;
    /** Tables that left to make room. */
    readonly evicted: number;
  } | null;
  /** Delivery and all else, in the agent's order. */
  readonly rest: readonly Counter[];
}

const SHOWN_ELSEWHERE = /^(events|kept|idle|(dropped|outcome|bpf|kernel)\..*|tables\.(built|failed|evicted))$/;

/** Sorts the counters of a report into what the page shows. */
export function sortCounters(counters: Readonly<Record<string, number>>): AgentCounters {
  const all = Object.entries(counters).map(([name, value]) => ({ name, value }));
  const under = (prefix: string) =>
    all.filter(({ name, value }) => name.startsWith(prefix) && value > 0).sort((a, b) => b.value - a.value);
  const drops = under('dropped.');
  return {
    events: counters.events ?? 0,
    kept: counters.kept ?? 0,
    idle: counters.idle ?? 0,
    dropped: drops.reduce((sum, { value }) => sum + value, 0),
    drops,
    outcomes: under('outcome.'),
    runtimeNs: counters['bpf.runtime_ns'] ?? 0,
    runs: counters['bpf.runs'] ?? 0,
    tables:
      counters['kernel.bytes_most'] === undefined
        ? null
        : {
            bytes: counters['kernel.bytes'] ?? 0,
            bytesMost: counters['kernel.bytes_most'],
            built: counters['tables.built'] ?? 0,
            failed: counters['tables.failed'] ?? 0,
            evicted: counters['tables.evicted'] ?? 0,
          },
    rest: all.filter(({ name }) => !SHOWN_ELSEWHERE.test(name)),
  };
}
