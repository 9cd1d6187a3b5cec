const MIB = 1 << 20;

/** Memory of all queries together; with the engine's own code and caches the process stays below 1.5 GB. */
const QUERY_MEMORY = 800 * MIB;

/**
 * What a query has when its request says nothing else: the memory of one, and the size from which grouping and sorting go
 * on on the disk.
 */
export const DEFAULT_SETTINGS: ReadonlyMap<string, string> = new Map([
  ['max_memory_usage', String(600 * MIB)],
  ['max_bytes_before_external_group_by', String(256 * MIB)],
  ['max_bytes_before_external_sort', String(256 * MIB)],
]);

/**
 * The engine's server settings, as its configuration file has them: caches and thread pools for a machine of two cores
 * that does other things as well. No section for a log table (query_log, trace_log, …) means that none is written.
 */
export function engineConfig(folder: string): string {
  const settings: Record<string, number | string> = {
    tmp_path: `${folder}/tmp/`,
    max_server_memory_usage: QUERY_MEMORY,
    mark_cache_size: 64 * MIB,
    index_mark_cache_size: 16 * MIB,
    index_uncompressed_cache_size: 0,
    uncompressed_cache_size: 0,
    primary_index_cache_size: 64 * MIB,
    query_condition_cache_size: 8 * MIB,
    mmap_cache_size: 0,
    compiled_expression_cache_size: 16 * MIB,
    max_thread_pool_size: 512,
    max_io_thread_pool_size: 16,
    background_pool_size: 2,
    background_move_pool_size: 1,
    background_fetches_pool_size: 1,
    background_common_pool_size: 2,
    background_schedule_pool_size: 4,
    background_buffer_flush_schedule_pool_size: 1,
    background_distributed_schedule_pool_size: 1,
    background_message_broker_schedule_pool_size: 1,
  };
  const lines = Object.entries(settings).map(([name, value]) => `  <${name}>${value}</${name}>`);
  // The defaults of the merge tree ask for more free pool entries than this small pool has.
  const mergeTree = [
    '  <merge_tree>',
    '    <number_of_free_entries_in_pool_to_execute_mutation>1</number_of_free_entries_in_pool_to_execute_mutation>',
    '    <number_of_free_entries_in_pool_to_lower_max_size_of_merge>1</number_of_free_entries_in_pool_to_lower_max_size_of_merge>',
    '    <number_of_free_entries_in_pool_to_execute_optimize_entire_partition>1</number_of_free_entries_in_pool_to_execute_optimize_entire_partition>',
    '    <max_bytes_to_merge_at_max_space_in_pool>4294967296</max_bytes_to_merge_at_max_space_in_pool>',
    '  </merge_tree>',
  ];
  return ['<clickhouse>', ...lines, ...mergeTree, '</clickhouse>', ''].join('\n');
}
