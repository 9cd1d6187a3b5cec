import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { type ClickHouseClient, type ClickHouseSettings, createClient } from '@clickhouse/client';
import { clickhousePasswordFile, type Settings } from '@strata/settings';
import { StorageError, toStorageError } from './errors.ts';
import type { RowBinaryWriter } from './row-binary.ts';

export type Parameters = Readonly<Record<string, unknown>>;

export interface QueryOptions {
  /** Completes "While …" in an error. */
  readonly doing: string;
  readonly parameters?: Parameters;
  readonly signal?: AbortSignal | undefined;
}

const REQUEST_TIMEOUT_MS = 60_000;

/**
 * One insert is one block, hence one part: rows of it are visible together or not at all, and a deduplication token
 * stands for all of them.
 */
const INSERT_SETTINGS: ClickHouseSettings = {
  async_insert: 0,
  max_insert_block_size: '100000000',
  min_insert_block_size_rows: '100000000',
  min_insert_block_size_bytes: '4000000000',
  deduplicate_blocks_in_dependent_materialized_views: 1,
};

/** ClickHouse over HTTP, with errors of ours. Everything storage says to it goes through here. */
export class Connection {
  readonly database: string;
  readonly #client: ClickHouseClient;

  /** Throws StorageError UNAVAILABLE when the embedded engine has not yet written its password. */
  constructor(settings: Settings) {
    const { url, user, database } = settings.clickhouse;
    this.database = database;
    this.#client = createClient({
      url,
      username: user,
      password: settings.clickhouse.password ?? (settings.clickhouse.embedded ? readPassword(settings.dataFolder) : ''),
      request_timeout: REQUEST_TIMEOUT_MS,
      max_open_connections: 16,
      compression: { request: false, response: false },
      // What is to be said of an error is said by whoever catches it.
      log: { level: 127 },
      clickhouse_settings: { max_execution_time: REQUEST_TIMEOUT_MS / 1000 - 5 },
    });
  }

  /** Rows as objects. 64-bit integers are numbers: select what may pass 2^53 as a string. */
  async rows<Row>(query: string, options: QueryOptions): Promise<Row[]> {
    try {
      const result = await this.#client.query({
        query,
        format: 'JSONEachRow',
        query_params: { ...options.parameters },
        clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
        ...(options.signal && { abort_signal: options.signal }),
      });
      return await result.json<Row>();
    } catch (cause) {
      throw toStorageError(cause, options.doing);
    }
  }

  /** Rows as RowBinary, in memory of their own: aligned for views of typed arrays. */
  async bytes(query: string, options: QueryOptions): Promise<Uint8Array> {
    try {
      const { stream } = await this.#client.exec({
        query: `${query}\nFORMAT RowBinary`,
        query_params: { ...options.parameters },
        ...(options.signal && { abort_signal: options.signal }),
      });
      const chunks: Buffer[] = [];
      let length = 0;
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        chunks.push(chunk);
        length += chunk.length;
      }
      const bytes = new Uint8Array(length);
      let offset = 0;
      for (const chunk of chunks) {
        bytes.set(chunk, offset);
        offset += chunk.length;
      }
      return bytes;
    } catch (cause) {
      throw toStorageError(cause, options.doing);
    }
  }

  /** `columns` as written in an INSERT. No rows, no request. */
  async insert(
    table: string,
    columns: string,
    rows: RowBinaryWriter,
    options: { readonly doing: string; readonly token?: string },
  ): Promise<void> {
    if (rows.rows === 0) return;
    try {
      const { stream } = await this.#client.exec({
        query: `INSERT INTO ${this.database}.${table} (${columns}) FORMAT RowBinary`,
        values: Readable.from([rows.bytes], { objectMode: false }),
        clickhouse_settings: {
          ...INSERT_SETTINGS,
          ...(options.token !== undefined && { insert_deduplication_token: options.token }),
        },
      });
      for await (const _ of stream);
    } catch (cause) {
      throw toStorageError(cause, options.doing);
    }
  }

  async command(query: string, options: QueryOptions): Promise<void> {
    try {
      await this.#client.command({ query, query_params: { ...options.parameters } });
    } catch (cause) {
      throw toStorageError(cause, options.doing);
    }
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}

function readPassword(dataFolder: string): string {
  const file = clickhousePasswordFile(dataFolder);
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new StorageError(
      'UNAVAILABLE',
      `The embedded ClickHouse has not written its password to ${file}: is it started?`,
      {
        cause,
      },
    );
  }
}
