-- What samples point to. Every id is xxh3-64 of content, so writing a row again changes nothing; `any` of equal rows is right.
-- `seen` is the server's clock: it orders incremental loads, and lets rows that nothing refers to any more expire. Writers
-- write a row in use again at least once a day.

CREATE TABLE IF NOT EXISTS {database}.workloads
(
    id UInt64,
    service LowCardinality(String),
    version String,
    environment LowCardinality(String),
    namespace LowCardinality(String),
    cluster LowCardinality(String),
    labels Map(LowCardinality(String), String),
    seen DateTime64(3) DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(seen)
ORDER BY (service, id)
TTL toDateTime(seen) + INTERVAL 60 DAY;

CREATE TABLE IF NOT EXISTS {database}.sources
(
    id UInt64,
    host LowCardinality(String),
    pod String,
    container String,
    process LowCardinality(String),
    thread LowCardinality(String),
    labels Map(LowCardinality(String), String),
    seen DateTime64(3) DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(seen)
ORDER BY id
TTL toDateTime(seen) + INTERVAL 60 DAY;

-- A stack is its leaf node; parent 0 is the root. Keyed by service, so that one service's trie is one range of rows, and
-- by depth, so that a parent is read before its children.
CREATE TABLE IF NOT EXISTS {database}.nodes
(
    service LowCardinality(String),
    depth UInt16,
    id UInt64,
    parent UInt64,
    frame UInt64,
    seen DateTime64(3) DEFAULT now64(3) CODEC(Delta, ZSTD)
)
ENGINE = ReplacingMergeTree(seen)
ORDER BY (service, depth, id)
TTL toDateTime(seen) + INTERVAL 60 DAY;

-- Native frames: build_id, file, address. Named frames: function, file, line.
CREATE TABLE IF NOT EXISTS {database}.frames
(
    id UInt64,
    kind Enum8('native' = 1, 'kernel' = 2, 'jit' = 3, 'symbolized' = 4),
    build_id LowCardinality(String),
    address UInt64,
    function String,
    file LowCardinality(String),
    line UInt32,
    seen DateTime64(3) DEFAULT now64(3) CODEC(Delta, ZSTD)
)
ENGINE = ReplacingMergeTree(seen)
ORDER BY id
TTL toDateTime(seen) + INTERVAL 60 DAY;

CREATE TABLE IF NOT EXISTS {database}.profile_types
(
    service LowCardinality(String),
    name LowCardinality(String),
    unit LowCardinality(String),
    seen DateTime64(3) DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(seen)
ORDER BY (service, name)
TTL toDateTime(seen) + INTERVAL 60 DAY;
