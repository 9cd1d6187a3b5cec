import type { Batch } from '@strata/profile';
import type { Connection } from '../connection.ts';
import { RowBinaryWriter } from '../row-binary.ts';
import { COLUMNS, toBatchRows } from './batch-rows.ts';
import { KnownRows } from './known-rows.ts';
import { ProfileUnits } from './profile-units.ts';

/**
 * Writes batches exactly once. In this order, each step repeatable: rows that samples point to; the samples, under the
 * batch's token; a row that says the batch is whole. Whoever sees a sample sees what it points to.
 */
export class BatchWriter {
  readonly #connection: Connection;
  readonly #units: ProfileUnits;
  #known = new KnownRows();

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#units = new ProfileUnits(connection);
  }

  async write(batch: Batch, token: string): Promise<'stored' | 'duplicate'> {
    const connection = this.#connection;
    this.#known = this.#known.current();
    const rows = toBatchRows(batch, this.#known);
    const [stored] = await Promise.all([this.#isStored(token), this.#units.store(batch)]);
    if (stored) return 'duplicate';
    await Promise.all(
      (['workloads', 'sources', 'frames', 'nodes'] as const).map((table) =>
        connection.insert(table, COLUMNS[table], rows[table], { doing: `writing ${table}` }),
      ),
    );
    rows.markKnown();
    await connection.insert('samples', COLUMNS.samples, rows.samples, { doing: 'writing samples', token });
    const marker = new RowBinaryWriter();
    marker.string(token);
    marker.endRow();
    await connection.insert('batches', 'token', marker, { doing: 'writing the batch’s token' });
    return 'stored';
  }

  async #isStored(token: string): Promise<boolean> {
    const rows = await this.#connection.rows(
      `SELECT 1 FROM ${this.#connection.database}.batches WHERE token = {token:String} LIMIT 1`,
      { doing: 'looking up a batch', parameters: { token } },
    );
    return rows.length > 0;
  }
}
