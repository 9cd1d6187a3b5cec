import { Counter, Gauge, Registry } from 'prom-client';

interface Family {
  readonly help: string;
  /** Label whose value is what follows the counter's prefix and dot. */
  readonly label?: string;
  readonly gauge?: boolean;
}

/** Agent counters by name or prefix, as Prometheus sees them. */
const FAMILIES: Readonly<Record<string, Family>> = {
  events: { help: 'Sampling events that fired' },
  kept: { help: 'Samples kept' },
  idle: { help: 'Events on an idle CPU' },
  'process_events.lost': { help: 'Events of processes that the kernel had no room for' },
  outcome: { help: 'Samples by how their stack ended', label: 'outcome' },
  dropped: { help: 'Events that gave no sample, by reason', label: 'reason' },
  'bpf.runtime_ns': { help: 'Nanoseconds spent in BPF programs, while kernel.bpf_stats_enabled is on' },
  'bpf.runs': { help: 'Runs of BPF programs, while kernel.bpf_stats_enabled is on' },
  'kernel.bytes': { help: 'Bytes that sampling takes in the kernel, unwind tables included', gauge: true },
  'kernel.bytes_most': { help: 'Bytes that sampling may take in the kernel', gauge: true },
  'tables.built': { help: 'Files with an unwind table, by the latest attempt', gauge: true },
  'tables.failed': { help: 'Files without an unwind table, by the latest attempt', gauge: true },
  'tables.evicted': { help: 'Unwind tables that left the kernel to make room' },
  'tables.cache_failures': { help: 'Unwind tables that could not be kept on disk' },
  'stacks.missing': { help: 'Samples whose stack was not known any more' },
  'drain.failed': { help: 'Drains of the sampler that failed' },
  'spool.bytes': { help: 'Bytes of batches that wait on disk', gauge: true },
  'spool.batches': { help: 'Batches that wait on disk', gauge: true },
  'spool.dropped_batches': { help: 'Batches dropped because the spool was full or torn' },
  'spool.dropped_samples': { help: 'Samples in batches dropped from the spool' },
  push: { help: 'Batches by what became of them at the collector', label: 'result' },
  debug_files: { help: 'Debug files asked for, by what became of them', label: 'result' },
  symbols: { help: 'Symbol indexes asked for, by what became of them', label: 'result' },
  processes: { help: 'Processes known', gauge: true },
};

const familyOf = (counter: string) => (counter in FAMILIES ? counter : counter.split('.')[0]!);

/** The counters of `read`, asked at each scrape, as Prometheus text. */
export function metricsOf(read: () => Readonly<Record<string, number>>): Registry {
  const registry = new Registry();
  for (const [family, { help, label, gauge }] of Object.entries(FAMILIES)) {
    const name = `strata_agent_${family.replaceAll('.', '_')}`;
    const mine = () => Object.entries(read()).filter(([counter]) => familyOf(counter) === family);
    const labelNames = label ? [label] : [];
    const labelsOf = (counter: string) => (label ? { [label]: counter.slice(family.length + 1) } : {});
    if (gauge) {
      new Gauge({ name, help, registers: [registry], collect: fillGauge });
    } else {
      new Counter({ name: `${name}_total`, help, labelNames, registers: [registry], collect: fillCounter });
    }
    function fillGauge(this: Gauge) {
      for (const [, value] of mine()) this.set(value);
    }
    // Counting is done elsewhere; what is told here is where each count stands now.
    function fillCounter(this: Counter) {
      this.reset();
      for (const [counter, value] of mine()) this.inc(labelsOf(counter), value);
    }
  }
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory of the agent',
    registers: [registry],
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'User and system time of the agent',
    registers: [registry],
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  return registry;
}
