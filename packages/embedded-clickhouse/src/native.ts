import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** One connection to the engine: its settings, parameters and temporary tables are its own; it runs one query at a time. */
export type NativeConnection = { readonly brand: 'chdb connection' };

/** What the engine says of a query that ended well. `rowsRead` of an INSERT are the rows it wrote. */
export interface NativeResult {
  readonly bytes: Uint8Array;
  /** Seconds. */
  readonly elapsed: number;
  readonly rowsRead: number;
  readonly bytesRead: number;
}

/** The part of chdb's addon this package uses. */
export interface Native {
  /** Throws when the folder cannot be opened. `args` are those of `clickhouse local` and count for the first connection. */
  CreateConnection(folder: string, args?: readonly string[]): NativeConnection;
  /** Only while the connection runs no query. */
  CloseConnection(connection: NativeConnection): void;
  /** Runs on a thread of libuv's pool. Rejects with `Code: N. DB::Exception: …`. */
  QueryAsyncConnection(connection: NativeConnection, sql: string, format: string): Promise<NativeResult>;
}

/**
 * chdb's addon itself, not its `Session`: a Session puts off its closing until no query of the whole process runs, so
 * that one slow query would keep the connections of all others open.
 */
export function loadNative(): Native {
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve('chdb/package.json'));
  const loader = require(join(folder, 'dist/loader.js')) as { loadNative(): Native };
  return loader.loadNative();
}
