import type { Batch } from '@strata/profile';
import type { Connection } from '../connection.ts';
import { RowBinaryWriter } from '../row-binary.ts';
import { type BatchRows, COLUMNS, toBatchRows } from './batch-rows.ts';
import { Gathering } from './gathering.ts';
import { KnownRows } from './known-rows.ts';
import { ProfileUnits } from './profile-units.ts';

/**
 * Writes batches exactly once. In this order, each step repeatable: rows that samples point to; the samples, under the
 * batch's token; a row that says the batch is whole. Whoever sees a sample sees what it points to.
 */
export class BatchWriter {
  readonly #connection: Connection;
  readonly #units: ProfileUnits;
  readonly #lookUps: Gathering<string, ReadonlySet<string>>;
  readonly #markers: Gathering<string, void>;
  #known = new KnownRows();

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#units = new ProfileUnits(connection);
    this.#lookUps = new Gathering((tokens) => this.#storedOf(tokens));
    this.#markers = new Gathering((tokens) => this.#mark(tokens));
  }

  async write(batch: Batch, token: string): Promise<'stored' | 'duplicate'> {
    this.#known = this.#known.current();
    const rows = toBatchRows(batch, this.#known);
    // Of a duplicate the dimensions may be written again, which changes nothing; waiting to know would cost each batch.
    const dimensions = this.#units.store(batch).then(() => this.#writeDimensions(rows));
    const [stored] = await Promise.all([this.#lookUps.add(token), dimensions]);
    rows.markKnown();
    if (stored.has(token)) return 'duplicate';
    await this.#connection.insert('samples', COLUMNS.samples, rows.samples, { doing: 'writing samples', token });
    await this.#markers.add(token);
    return 'stored';
  }

  async #writeDimensions(rows: BatchRows): Promise<void> {
    await Promise.all(
      (['workloads', 'sources', 'frames', 'nodes'] as const).map((table) =>
        this.#connection.insert(table, COLUMNS[table], rows[table], { doing: `writing ${table}` }),
      ),
    );
  }

  async #storedOf(tokens: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.#connection.rows<{ token: string }>(
      `SELECT token FROM ${this.#connection.database}.batches WHERE token IN {tokens:Array(String)}`,
      { doing: 'looking up a batch', parameters: { tokens } },
    );
    return new Set(rows.map(({ token }) => token));
  }

  async #mark(tokens: readonly string[]): Promise<void> {
    const rows = new RowBinaryWriter();
    for (const token of tokens) {
      rows.string(token);
      rows.endRow();
    }
    await this.#connection.insert('batches', 'token', rows, { doing: 'writing the batch’s token' });
  }
}
