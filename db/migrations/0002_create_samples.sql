-- The facts. `non_replicated_deduplication_window` on the raw table and on every view's target: an insert repeated with the
-- same token adds to none of them, whichever of them the first attempt reached.

CREATE TABLE IF NOT EXISTS {database}.samples
(
    profile_type LowCardinality(String),
    workload UInt64 CODEC(ZSTD),
    source UInt64 CODEC(ZSTD),
    ts DateTime64(3) CODEC(Delta, ZSTD),
    node UInt64 CODEC(ZSTD),
    value UInt64 CODEC(T64, ZSTD),
    count UInt32 CODEC(T64, ZSTD)
)
ENGINE = MergeTree
PARTITION BY toYYYYMMDD(ts, 'UTC')
ORDER BY (profile_type, workload, toStartOfHour(ts, 'UTC'), node, ts)
SETTINGS non_replicated_deduplication_window = 10000;

CREATE TABLE IF NOT EXISTS {database}.samples_hourly
(
    profile_type LowCardinality(String),
    workload UInt64 CODEC(ZSTD),
    hour DateTime('UTC') CODEC(Delta, ZSTD),
    node UInt64 CODEC(ZSTD),
    value UInt64 CODEC(T64, ZSTD),
    count UInt64 CODEC(T64, ZSTD)
)
ENGINE = SummingMergeTree((value, count))
PARTITION BY toYYYYMMDD(hour, 'UTC')
ORDER BY (profile_type, workload, hour, node)
SETTINGS non_replicated_deduplication_window = 10000;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.samples_hourly_view TO {database}.samples_hourly AS
SELECT profile_type, workload, toStartOfHour(ts, 'UTC') AS hour, node, sum(value) AS value, sum(count) AS count
FROM {database}.samples
GROUP BY profile_type, workload, hour, node;

CREATE TABLE IF NOT EXISTS {database}.totals_minute
(
    profile_type LowCardinality(String),
    workload UInt64 CODEC(ZSTD),
    minute DateTime('UTC') CODEC(Delta, ZSTD),
    source UInt64 CODEC(ZSTD),
    value UInt64 CODEC(T64, ZSTD),
    count UInt64 CODEC(T64, ZSTD)
)
ENGINE = SummingMergeTree((value, count))
PARTITION BY toYYYYMMDD(minute, 'UTC')
ORDER BY (profile_type, workload, minute, source)
SETTINGS non_replicated_deduplication_window = 10000;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.totals_minute_view TO {database}.totals_minute AS
SELECT profile_type, workload, toStartOfMinute(ts, 'UTC') AS minute, source, sum(value) AS value, sum(count) AS count
FROM {database}.samples
GROUP BY profile_type, workload, minute, source;

-- First and last sample of a workload. Minimum and maximum may be taken twice, so it needs no deduplication.
CREATE TABLE IF NOT EXISTS {database}.workload_activity
(
    workload UInt64,
    profile_type LowCardinality(String),
    first SimpleAggregateFunction(min, DateTime64(3)),
    last SimpleAggregateFunction(max, DateTime64(3))
)
ENGINE = AggregatingMergeTree
ORDER BY (workload, profile_type)
TTL toDateTime(last) + INTERVAL 60 DAY;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.workload_activity_view TO {database}.workload_activity AS
SELECT workload, profile_type, min(ts) AS first, max(ts) AS last
FROM {database}.samples
GROUP BY workload, profile_type;

-- One row per batch that is wholly stored. It outlives the engine's own deduplication window.
CREATE TABLE IF NOT EXISTS {database}.batches
(
    token String,
    stored DateTime64(3) DEFAULT now64(3)
)
ENGINE = MergeTree
ORDER BY token
TTL toDateTime(stored) + INTERVAL 15 DAY;
