import { setTimeout as sleep } from 'node:timers/promises';
import type { Settings } from '@strata/settings';
import type { Storage } from './api.ts';
import { Connection } from './connection.ts';
import { StorageError } from './errors.ts';
import { readMigrations } from './migrations/read-migrations.ts';
import { runMigrations } from './migrations/run-migrations.ts';
import { listAgents, readAgentStacks, writeAgentReport } from './queries/agent-reports.ts';
import { applyRetention } from './queries/apply-retention.ts';
import { describeService } from './queries/describe-service.ts';
import { listServices } from './queries/list-services.ts';
import { readTimeline } from './queries/read-timeline.ts';
import { listRecentBuildIds } from './queries/recent-build-ids.ts';
import { readSnapshot, saveSnapshot } from './queries/snapshots.ts';
import { sumStacks } from './queries/sum-stacks.ts';
import { listSymbolSearches, noteSymbolSearch } from './queries/symbol-searches.ts';
import { TrieCache } from './tries/trie-cache.ts';
import { BatchWriter } from './write/batch-writer.ts';

export interface StorageOptions {
  /** How long to wait for ClickHouse to start, in ms. */
  readonly waitMs?: number;
  /** Memory for stacks of services, in bytes. */
  readonly trieCacheBytes?: number;
}

/**
 * Connects to the ClickHouse of the settings, once it answers, and brings its tables up to date. Throws StorageError:
 * UNAVAILABLE when it does not answer in time, MIGRATION_CONFLICT, NEWER_SCHEMA, UNAUTHORIZED.
 */
export async function openStorage(settings: Settings, options: StorageOptions = {}): Promise<Storage> {
  const { waitMs = 60_000, trieCacheBytes = 256 * 2 ** 20 } = options;
  const connection = await connect(settings, waitMs);
  try {
    await runMigrations(connection, readMigrations());
  } catch (error) {
    await connection.close();
    throw error;
  }
  const writer = new BatchWriter(connection);
  const tries = new TrieCache(connection, trieCacheBytes);
  return {
    writeBatch: (batch, token) => writer.write(batch, token),
    writeAgentReport: (report, stacks) => writeAgentReport(connection, report, stacks),
    listAgents: () => listAgents(connection),
    readAgentStacks: (agent) => readAgentStacks(connection, agent),
    listRecentBuildIds: () => listRecentBuildIds(connection),
    noteSymbolSearch: (search) => noteSymbolSearch(connection, search),
    listSymbolSearches: (buildIds) => listSymbolSearches(connection, buildIds),
    listServices: (range, steps) => listServices(connection, range, steps),
    describeService: (selection) => describeService(connection, selection),
    timeline: (selection, steps) => readTimeline(connection, selection, steps),
    sumStacks: (selection, signal) => sumStacks(connection, tries, selection, signal),
    saveSnapshot: (snapshot) => saveSnapshot(connection, snapshot),
    readSnapshot: (id) => readSnapshot(connection, id),
    applyRetention: (now) => applyRetention(connection, now),
    ping: () => ping(connection),
    close: () => connection.close(),
  };
}

async function ping(connection: Connection): Promise<void> {
  await connection.rows('SELECT 1', { doing: 'asking whether it is there' });
}

/** The password's file and the server may both come later than we do. */
async function connect(settings: Settings, waitMs: number): Promise<Connection> {
  const end = performance.now() + waitMs;
  for (;;) {
    let connection: Connection | undefined;
    try {
      connection = new Connection(settings);
      await ping(connection);
      return connection;
    } catch (error) {
      await connection?.close();
      const early = error instanceof StorageError && (error.code === 'UNAVAILABLE' || error.code === 'OVERLOADED');
      if (!early || performance.now() > end) throw error;
      await sleep(200);
    }
  }
}
