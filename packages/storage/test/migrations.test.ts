import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Connection } from '../src/connection.ts';
import { MigrationLock } from '../src/migrations/migration-lock.ts';
import { type Migration, readMigrations } from '../src/migrations/read-migrations.ts';
import { runMigrations } from '../src/migrations/run-migrations.ts';
import { EngineProcess } from './engine-process.ts';

const engine = new EngineProcess(17432);
const connections: Connection[] = [];

function connect(database: string): Connection {
  const connection = engine.connection(database);
  connections.push(connection);
  return connection;
}

beforeAll(async () => {
  await (await engine.open()).close();
});
afterAll(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  await engine.stop();
});

function migration(version: number, sql: string, checksum = sql): Migration {
  return { version, name: `step_${version}`, checksum, statements: [sql] };
}
const one = migration(1, 'CREATE TABLE {database}.one (a UInt8) ENGINE = Memory');
const two = migration(2, 'CREATE TABLE {database}.two (a UInt8) ENGINE = Memory');

async function tables(connection: Connection): Promise<string[]> {
  const rows = await connection.rows<{ name: string }>(
    `SELECT name FROM system.tables WHERE database = {database:String} ORDER BY name`,
    { doing: 'listing tables', parameters: { database: connection.database } },
  );
  return rows.map(({ name }) => name);
}

test('each is applied once, in order, and the lock is gone afterwards', async () => {
  const connection = connect('fresh');
  await runMigrations(connection, [one]);
  await runMigrations(connection, [one, two]);
  await runMigrations(connection, [one, two]);
  expect(await tables(connection)).toEqual(['migrations', 'one', 'two']);
});

test('a changed file is refused by its name, and so are data of a newer Strata', async () => {
  const connection = connect('strict');
  await runMigrations(connection, [one, two]);
  const changed = runMigrations(connection, [one, { ...two, checksum: 'changed' }]);
  await expect(changed).rejects.toMatchObject({
    code: 'MIGRATION_CONFLICT',
    message: expect.stringContaining('Migration 2 (step_2)'),
  });
  await expect(runMigrations(connection, [one])).rejects.toMatchObject({
    code: 'NEWER_SCHEMA',
    message: expect.stringContaining('migration 2 (step_2)'),
  });
});

test('of four programs that start at once one works and the others wait', async () => {
  const runs = [1, 2, 3, 4].map(() => runMigrations(connect('crowd'), [one, two]));
  await Promise.all(runs);
  const rows = await connect('crowd').rows('SELECT version FROM crowd.migrations ORDER BY version', {
    doing: 'asking',
  });
  expect(rows).toEqual([{ version: 1 }, { version: 2 }]);
});

test('a lock is waited for, taken over when its holder is gone, and its late holder told so', async () => {
  const connection = connect('locked');
  await runMigrations(connection, []);
  const gone = new MigrationLock(connection);
  await gone.acquire();
  const impatient = runMigrations(connection, [one], { staleAfterSeconds: 60, waitSeconds: 0.5 });
  await expect(impatient).rejects.toMatchObject({ code: 'TIMEOUT' });
  await sleep(2100);
  await runMigrations(connection, [one], { staleAfterSeconds: 1, waitSeconds: 30 });
  await expect(gone.renew()).rejects.toMatchObject({ code: 'MIGRATION_CONFLICT' });
  expect(await tables(connection)).toEqual(['migrations', 'one']);
});

test('the files of this Strata are numbered without a gap and make idempotent statements', () => {
  const migrations = readMigrations();
  expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, index) => index + 1));
  for (const statement of migrations.flatMap(({ statements }) => statements)) {
    expect(statement).toMatch(/^(CREATE (TABLE|MATERIALIZED VIEW) IF NOT EXISTS|ALTER TABLE) \{database\}\./);
  }
});
