import type { Connection } from '../connection.ts';
import { StorageError } from '../errors.ts';
import { RowBinaryWriter } from '../row-binary.ts';
import { LOCK_TIMES, type LockTimes, MigrationLock } from './migration-lock.ts';
import type { Migration } from './read-migrations.ts';

/**
 * Brings the database up to the last of `migrations`; at once when it is. Several programs may do it at the same time: one
 * works, the others wait. Throws StorageError MIGRATION_CONFLICT when an applied file was changed and NEWER_SCHEMA when
 * the database has migrations this program does not know.
 */
export async function runMigrations(
  connection: Connection,
  migrations: readonly Migration[],
  times: LockTimes = LOCK_TIMES,
): Promise<void> {
  const { database } = connection;
  await connection.command(`CREATE DATABASE IF NOT EXISTS ${database}`, { doing: 'creating the database' });
  await connection.command(
    `CREATE TABLE IF NOT EXISTS ${database}.migrations
     (version UInt32, name String, checksum String, applied_at DateTime64(3) DEFAULT now64(3))
     ENGINE = MergeTree ORDER BY version`,
    { doing: 'creating the table of migrations' },
  );
  if ((await pending(connection, migrations)).length === 0) return;
  const lock = new MigrationLock(connection);
  await lock.acquire(times);
  try {
    for (const migration of await pending(connection, migrations)) await apply(connection, migration, lock);
  } finally {
    await lock.release();
  }
}

async function pending(connection: Connection, migrations: readonly Migration[]): Promise<readonly Migration[]> {
  const applied = await connection.rows<{ version: number; name: string; checksum: string }>(
    `SELECT version, any(name) AS name, any(checksum) AS checksum FROM ${connection.database}.migrations
     GROUP BY version ORDER BY version`,
    { doing: 'reading applied migrations' },
  );
  for (const { version, name, checksum } of applied) {
    const known = migrations[version - 1];
    if (!known) {
      throw new StorageError(
        'NEWER_SCHEMA',
        `The database ${connection.database} has migration ${version} (${name}), this Strata knows only ${migrations.length}: use the newer Strata.`,
      );
    }
    if (known.checksum !== checksum) {
      throw new StorageError(
        'MIGRATION_CONFLICT',
        `Migration ${version} (${known.name}) is not the one applied to the database ${connection.database}: restore the file and add a new migration.`,
      );
    }
  }
  return migrations.slice(applied.length);
}

async function apply(connection: Connection, migration: Migration, lock: MigrationLock): Promise<void> {
  const doing = `applying migration ${migration.version} (${migration.name})`;
  for (const statement of migration.statements) {
    await lock.renew();
    await connection.command(statement.replaceAll('{database}', connection.database), { doing });
  }
  const row = new RowBinaryWriter();
  row.uint32(migration.version);
  row.string(migration.name);
  row.string(migration.checksum);
  row.endRow();
  await connection.insert('migrations', 'version, name, checksum', row, { doing });
}
