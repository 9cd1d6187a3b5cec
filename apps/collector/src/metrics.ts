import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export type Door = 'batches' | 'profiles' | 'symbols' | 'agents' | 'debuginfo' | 'none';

/** Everything `/metrics` shows of the collector. */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    stored: new Counter({
      name: 'strata_collector_stored_total',
      help: 'Batches and profiles stored',
      labelNames: ['door'],
      registers,
    }),
    duplicates: new Counter({
      name: 'strata_collector_duplicates_total',
      help: 'Repeats that changed nothing',
      labelNames: ['door'],
      registers,
    }),
    refused: new Counter({
      name: 'strata_collector_refused_total',
      help: 'Requests refused, by reason',
      labelNames: ['door', 'reason'],
      registers,
    }),
    samples: new Counter({
      name: 'strata_collector_sample_rows_total',
      help: 'Rows of samples stored',
      labelNames: ['door'],
      registers,
    }),
    seconds: new Histogram({
      name: 'strata_collector_store_seconds',
      help: 'From the whole body to ClickHouse’s answer',
      labelNames: ['door'],
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    }),
    debugFileBytes: new Counter({
      name: 'strata_collector_debug_file_bytes_total',
      help: 'Bytes of debug files that came in',
      registers,
    }),
    debugFileStoreFailures: new Counter({
      name: 'strata_collector_debug_file_store_failures_total',
      help: 'Times the store of debug files could not say what it has',
      registers,
    }),
    inFlight: new Gauge({ name: 'strata_collector_requests_in_flight', help: 'Requests being worked on', registers }),
  };
}

export type Metrics = ReturnType<typeof createMetrics>;
