-- Where debug information of a file was looked for, and what came of it: one row for each build ID and place.
CREATE TABLE IF NOT EXISTS {database}.symbol_searches
(
    build_id String,
    place LowCardinality(String),
    found Bool,
    reason String,
    looked_at Array(String),
    time DateTime64(3)
)
ENGINE = ReplacingMergeTree(time)
ORDER BY (build_id, place)
TTL toDateTime(time) + INTERVAL 60 DAY;
