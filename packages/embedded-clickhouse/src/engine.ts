import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_SETTINGS, engineConfig } from './engine-config.ts';
import { ClickHouseException } from './exceptions.ts';
import { loadNative, type Native, type NativeConnection, type NativeResult } from './native.ts';

/** Queries that run at once; the others wait (see admission.ts). */
export const RUNNING_MOST = 16;

/**
 * Threads libuv needs so that no query waits for another: each running query holds one and may wait for its two pipes on
 * two more; killing one, (de)compressing and files need the rest.
 */
export const THREADS_NEEDED = 3 * RUNNING_MOST + 16;

/** ClickHouse's `max_query_size` when a request does not set it. */
const STATEMENT_BYTES = 256 << 10;

/** What a request sets for its own query and no other. */
export interface QueryContext {
  readonly id: string;
  readonly database: string;
  readonly settings: ReadonlyMap<string, string>;
  /** Values of `{name:Type}`, in ClickHouse's escaped form. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** One connection of the engine, made for one request. */
export interface Connection {
  /** Rejects with ClickHouseException. One at a time. */
  query(sql: string, format: string): Promise<NativeResult>;
  /** After its query has ended. */
  close(): void;
}

/** The ClickHouse engine in this process, over one folder. There can be one per process. */
export class Engine {
  readonly #native: Native;
  readonly #folder: string;
  /** Keeps the engine up while no request is there. */
  readonly #first: NativeConnection;
  /** Pairs of named pipes, one for rows on their way in and one for rows on their way out. */
  readonly pipes: readonly { readonly in: string; readonly out: string }[];

  /** Opens or makes the folder. Throws ClickHouseException, or a system error when the folder cannot be written. */
  constructor(folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#folder = folder;
    this.pipes = makePipes(join(folder, 'pipes'));
    const config = join(folder, 'config.xml');
    writeFileSync(config, engineConfig(folder));
    this.#native = loadNative();
    try {
      this.#first = this.#native.CreateConnection(folder, [`--config-file=${config}`]);
    } catch (error) {
      throw ClickHouseException.from(error);
    }
  }

  /** A connection of its own for one request, with its database, settings and parameters set. */
  async connect(context: QueryContext): Promise<Connection> {
    const connection = this.#open();
    try {
      const sets = prelude(context);
      // A bound value may be longer than a statement may; at ClickHouse it is no part of one.
      const long = Buffer.byteLength(sets) > STATEMENT_BYTES;
      if (long) await connection.query(`SET max_query_size = ${sets.length * 4}`, 'Null');
      await connection.query(sets, 'Null');
      if (long && !context.settings.has('max_query_size')) {
        await connection.query(`SET max_query_size = ${STATEMENT_BYTES}`, 'Null');
      }
    } catch (error) {
      connection.close();
      throw error;
    }
    return connection;
  }

  /** Runs one statement with nothing set. */
  async run(sql: string, format = 'TabSeparated'): Promise<string> {
    const connection = this.#open();
    try {
      return Buffer.from((await connection.query(sql, format)).bytes).toString();
    } finally {
      connection.close();
    }
  }

  /** Asks the query of this id to end; it then rejects with code 394. Does nothing when there is none. */
  async kill(id: string): Promise<void> {
    await this.run(`KILL QUERY WHERE Settings['log_comment'] = ${literal(id)} ASYNC`);
  }

  /** After the last request. The engine writes out what it has. */
  close(): void {
    this.#native.CloseConnection(this.#first);
  }

  #open(): Connection {
    const native = this.#native;
    const connection = native.CreateConnection(this.#folder);
    return {
      async query(sql, format) {
        try {
          return await native.QueryAsyncConnection(connection, sql, format);
        } catch (error) {
          throw ClickHouseException.from(error);
        }
      },
      close: () => native.CloseConnection(connection),
    };
  }
}

/** A string as SQL writes it. */
export function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function prelude({ id, database, settings, parameters }: QueryContext): string {
  const assignments = [
    ...DEFAULT_SETTINGS,
    ...settings,
    ...[...parameters].map(([name, value]) => [`param_${name}`, value] as const),
  ];
  // Of all of ClickHouse's settings, log_comment is the one that marks a query and changes nothing.
  const sets = [...assignments, ['log_comment', id] as const].map(([name, value]) => `${name} = ${literal(value)}`);
  return `USE ${identifier(database)}; SET ${sets.join(', ')}`;
}

function identifier(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}

function makePipes(folder: string): { in: string; out: string }[] {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { mode: 0o700 });
  const pipes = Array.from({ length: RUNNING_MOST }, (_, i) => ({
    in: join(folder, `in-${i}`),
    out: join(folder, `out-${i}`),
  }));
  execFileSync('mkfifo', ['-m', '600', ...pipes.flatMap((pair) => [pair.in, pair.out])]);
  return pipes;
}
