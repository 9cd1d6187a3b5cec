ALTER TABLE {database}.agents ADD COLUMN IF NOT EXISTS stacks String CODEC(ZSTD(3));
