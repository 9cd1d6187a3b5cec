CREATE TABLE IF NOT EXISTS {database}.agents
(
    agent String,
    host String,
    agent_version String,
    kernel String,
    time DateTime64(3),
    started_at DateTime64(3),
    state LowCardinality(String),
    reason String,
    frequency_hz UInt16,
    counters Map(LowCardinality(String), Float64)
)
ENGINE = ReplacingMergeTree(time)
ORDER BY agent
TTL toDateTime(time) + INTERVAL 7 DAY;

CREATE TABLE IF NOT EXISTS {database}.snapshots
(
    id String,
    created_at DateTime64(3),
    expires_at DateTime64(3),
    title String,
    view String,
    columns String CODEC(ZSTD(3))
)
ENGINE = MergeTree
ORDER BY id;
