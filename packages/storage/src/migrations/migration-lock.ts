import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '../connection.ts';
import { StorageError } from '../errors.ts';

const TABLE = 'migration_lock';

export interface LockTimes {
  /** A lock whose holder has not renewed it for so long is taken over. */
  readonly staleAfterSeconds: number;
  readonly waitSeconds: number;
}

export const LOCK_TIMES: LockTimes = { staleAfterSeconds: 60, waitSeconds: 120 };

/**
 * A lock made of what ClickHouse does atomically: CREATE TABLE succeeds for one of many. The table's comment names the
 * holder, the time of its definition is when it was last renewed.
 */
export class MigrationLock {
  readonly #connection: Connection;
  readonly #owner = randomUUID();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Throws StorageError TIMEOUT when another holds it all the while. */
  async acquire(times: LockTimes = LOCK_TIMES): Promise<void> {
    const end = performance.now() + times.waitSeconds * 1000;
    for (;;) {
      // Also when it was there: only the comment tells whose it is.
      await this.#run(
        `CREATE TABLE IF NOT EXISTS ${this.#table} (nothing UInt8) ENGINE = Memory COMMENT '${this.#owner}'`,
      );
      const held = await this.#holder();
      if (held?.owner === this.#owner) return;
      if (held && held.age > times.staleAfterSeconds) await this.#removeOf(held.owner);
      else if (performance.now() > end) {
        throw new StorageError(
          'TIMEOUT',
          `Another program holds the migration lock ${this.#table} for ${held?.age ?? 0} s: try again, or drop that table.`,
        );
      } else await sleep(100);
    }
  }

  /** Throws StorageError MIGRATION_CONFLICT when it was taken over. */
  async renew(): Promise<void> {
    const held = await this.#holder();
    if (held?.owner !== this.#owner) {
      throw new StorageError('MIGRATION_CONFLICT', `The migration lock ${this.#table} was taken over: start again.`);
    }
    await this.#run(`ALTER TABLE ${this.#table} MODIFY COMMENT '${this.#owner}'`);
  }

  async release(): Promise<void> {
    if ((await this.#holder())?.owner === this.#owner) await this.#run(`DROP TABLE ${this.#table} SYNC`);
  }

  get #table(): string {
    return `${this.#connection.database}.${TABLE}`;
  }

  async #holder(): Promise<{ owner: string; age: number } | undefined> {
    const [row] = await this.#connection.rows<{ owner: string; age: number }>(
      `SELECT comment AS owner, dateDiff('second', metadata_modification_time, now()) AS age
       FROM system.tables WHERE database = {database:String} AND name = '${TABLE}'`,
      { doing: 'reading the migration lock', parameters: { database: this.#connection.database } },
    );
    return row;
  }

  /** A rename takes away whatever bears the name now, so look at what was taken: a fresh lock is given back. */
  async #removeOf(owner: string): Promise<void> {
    const aside = `${this.#table}_${this.#owner.replaceAll('-', '')}`;
    try {
      await this.#run(`RENAME TABLE ${this.#table} TO ${aside}`);
    } catch {
      return; // Someone else was quicker.
    }
    const [taken] = await this.#connection.rows<{ comment: string }>(
      `SELECT comment FROM system.tables WHERE concat(database, '.', name) = {aside:String}`,
      { doing: 'reading the migration lock', parameters: { aside } },
    );
    if (taken && taken.comment !== owner) await this.#run(`RENAME TABLE ${aside} TO ${this.#table}`);
    else await this.#run(`DROP TABLE ${aside} SYNC`);
  }

  async #run(query: string): Promise<void> {
    await this.#connection.command(query, { doing: 'taking the migration lock' });
  }
}
