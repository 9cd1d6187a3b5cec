import { z } from 'zod';

const ENTRIES_MOST = 200;

const count = z.number().int().nonnegative();
const DAY_SECONDS = 86_400;
/** Unix seconds after 2000, and not in the future but for a clock that is wrong. */
const time = count.refine((seconds) => seconds > 946_684_800 && seconds < Date.now() / 1000 + DAY_SECONDS, {
  error: 'is no time that can be',
});
const path = z.string().min(1).max(512);
/** Names are those of the agent's own version, so any are taken. */
const outcomes = z.record(z.string().min(1).max(64), count).refine((names) => Object.keys(names).length <= 64, {
  error: 'has more than 64 outcomes',
});
const table = z.strictObject({
  rows: count,
  rules: count,
  bytes: count,
  buildMs: z.number().nonnegative(),
  failure: z.string().max(500),
});
const stacks = z.strictObject({
  executables: z.array(z.strictObject({ path, outcomes, table: table.nullable() })).max(ENTRIES_MOST),
  others: outcomes,
  tables: z.array(table.extend({ path })).max(ENTRIES_MOST),
});

/** The body of `POST /api/v1/agents`. */
export const reportSchema = z.strictObject({
  agent: z.string().min(1).max(256),
  host: z.string().min(1).max(256),
  agentVersion: z.string().max(64),
  kernel: z.string().max(256),
  time,
  startedAt: time,
  state: z.enum(['sampling', 'unavailable', 'stopped']),
  reason: z.string().max(2_000),
  frequencyHz: z.number().int().min(0).max(999),
  counters: z.record(z.string().max(128), z.number().nonnegative()),
  /** Null without a sampler; agents did not always tell. */
  stacks: stacks.nullish(),
});
