import type { UnwindTables } from '@strata/bpf';

/** What all unwind tables come to, among the agent's counters. Built and failed are files, by their latest attempt. */
export function unwindCounters({ bytes, bytesMost, evicted, cacheFailures, files }: UnwindTables) {
  const failed = files.filter(({ failure }) => failure !== '').length;
  return {
    'kernel.bytes': bytes,
    'kernel.bytes_most': bytesMost,
    'tables.built': files.length - failed,
    'tables.failed': failed,
    'tables.evicted': evicted,
    'tables.cache_failures': cacheFailures,
  };
}
