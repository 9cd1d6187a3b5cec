import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { Admission } from './admission.ts';
import { Answer } from './answer.ts';
import { type Engine, RUNNING_MOST } from './engine.ts';
import { ClickHouseException } from './exceptions.ts';
import type { OutputFormat } from './formats.ts';
import { isForm, withForm } from './multipart.ts';
import { type QueryRequest, readQueryRequest } from './query-request.ts';
import { RequestBody } from './request-body.ts';
import { type Running, runCommand, runInsert, runSelect } from './run-query.ts';
import { parseStatement, type Statement, StatementError } from './statement.ts';

/** Queries that wait for a slot; more are refused with code 202. */
const WAITING_MOST = 256;
/** The statement of an INSERT must end within so much; ClickHouse's `max_query_size`. */
const INSERT_HEAD_MOST = 256 << 10;
/** Any other statement; longer ones have `max_query_size` raised by their client, up to here. */
const STATEMENT_MOST = 16 << 20;

/** Runs the queries of all requests on one engine. */
export class QueryHandler {
  readonly #engine: Engine;
  readonly #formats: ReadonlyMap<string, OutputFormat>;
  readonly #admission = new Admission(RUNNING_MOST, WAITING_MOST);
  readonly #running = new Set<string>();
  readonly #ended = new Set<Promise<void>>();

  constructor(engine: Engine, formats: ReadonlyMap<string, OutputFormat>) {
    this.#engine = engine;
    this.#formats = formats;
  }

  /** Never rejects: an error goes to the client. Throws ClickHouseException before an answer is begun. */
  handle(request: IncomingMessage, response: ServerResponse, parameters: URLSearchParams): void {
    const query = readQueryRequest(request, parameters);
    const answer = new Answer(request, response, query);
    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) {
        gone.abort(ClickHouseException.of('QUERY_WAS_CANCELLED', 'The client has gone'));
      }
    });
    const ended = this.#run(request, query, answer, gone.signal).catch(async (error: unknown) => {
      const exception = error instanceof StatementError ? ofStatement(error) : ClickHouseException.from(error);
      await answer.fail(exception);
      // What the client still sends has nowhere to go.
      request.resume();
    });
    this.#ended.add(ended);
    void ended.then(() => this.#ended.delete(ended));
  }

  /** Ends all queries that run, and resolves when the last one has. */
  async stop(): Promise<void> {
    for (const id of this.#running) await this.#engine.kill(id);
    await Promise.all(this.#ended);
  }

  async #run(request: IncomingMessage, asked: QueryRequest, answer: Answer, gone: AbortSignal): Promise<void> {
    const body = new RequestBody(request);
    const type = request.headers['content-type'];
    const query = isForm(type) ? await withForm(asked, type, await wholeOf(body)) : asked;
    const { statement, rows } = await readStatement(query.query, isForm(type) ? null : body);
    const { id } = query.context;
    if (this.#running.has(id)) {
      throw ClickHouseException.of(
        'QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING',
        `Query with id = ${id} is already running.`,
      );
    }
    this.#running.add(id);
    try {
      const slot = await this.#admission.enter(gone);
      try {
        await this.#runInSlot(slot, statement, rows, query, answer, gone);
      } finally {
        this.#admission.leave(slot);
      }
    } finally {
      this.#running.delete(id);
    }
  }

  async #runInSlot(
    slot: number,
    statement: Statement,
    rows: AsyncIterable<Buffer>,
    query: QueryRequest,
    answer: Answer,
    gone: AbortSignal,
  ): Promise<void> {
    const engine = this.#engine;
    const connection = await engine.connect(query.context);
    const kill = () => void engine.kill(query.context.id).catch(() => {});
    gone.addEventListener('abort', kill);
    try {
      gone.throwIfAborted();
      const running: Running = {
        engine,
        connection,
        pipes: engine.pipes[slot]!,
        request: query,
        formats: this.#formats,
        answer,
      };
      if (statement.kind === 'insert-rows') await runInsert(statement, rows, running);
      else if (statement.kind === 'select') await runSelect(statement, running);
      else if (statement.kind === 'command') await runCommand(statement, running);
      else throw ClickHouseException.of('SYNTAX_ERROR', 'Syntax error: Empty query');
    } finally {
      gone.removeEventListener('abort', kill);
      connection.close();
    }
  }
}

/** The statement of a request and, for an INSERT, the rows behind it. */
async function readStatement(
  query: string,
  body: RequestBody | null,
): Promise<{ statement: Statement; rows: AsyncIterable<Buffer> }> {
  if (!body) return { statement: parseStatement(query), rows: Readable.from([]) };
  const prefix = Buffer.from(query === '' ? '' : `${query}\n`);
  // Latin-1 keeps one character per byte, so that offsets in the text are offsets in the bytes.
  if (/^\s*(INSERT|--|#|\/\*)/i.test(query) || query === '') {
    const ofQuery = query === '' ? (await body.head(INSERT_HEAD_MOST)).bytes : Buffer.alloc(0);
    const text = Buffer.concat([prefix, ofQuery]);
    const statement = parseStatement(text.toString('latin1'));
    if (statement.kind === 'insert-rows') {
      const first = text.subarray(statement.rowsAt);
      return { statement: inUtf8(statement), rows: rowsOf(first, body, ofQuery.length) };
    }
  }
  const bytes = await wholeOf(body);
  return { statement: parseStatement(Buffer.concat([prefix, bytes]).toString()), rows: body };
}

async function wholeOf(body: RequestBody): Promise<Buffer> {
  const { bytes, complete } = await body.head(STATEMENT_MOST);
  if (complete) return bytes;
  throw ClickHouseException.of('QUERY_IS_TOO_LARGE', `The statement is larger than ${STATEMENT_MOST >> 20} MiB`);
}

/** `first`, then the body behind its first `skip` bytes. */
async function* rowsOf(first: Buffer, body: RequestBody, skip: number): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first;
  let left = skip;
  for await (const chunk of body) {
    if (chunk.length > left) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}

function inUtf8(statement: Extract<Statement, { kind: 'insert-rows' }>): typeof statement {
  const utf8 = (text: string) => Buffer.from(text, 'latin1').toString();
  return { ...statement, head: utf8(statement.head), settings: utf8(statement.settings) };
}

function ofStatement(error: StatementError): ClickHouseException {
  return ClickHouseException.of(
    error.code === 'INTO_OUTFILE' ? 'INTO_OUTFILE_NOT_ALLOWED' : 'SYNTAX_ERROR',
    error.message,
    { cause: error },
  );
}
