import type { Answer } from './answer.ts';
import { summaryOf } from './answer.ts';
import { type Connection, type Engine, literal } from './engine.ts';
import { ClickHouseException } from './exceptions.ts';
import type { OutputFormat } from './formats.ts';
import type { NativeResult } from './native.ts';
import { openToRead, openToWrite } from './pipe.ts';
import type { QueryRequest } from './query-request.ts';
import type { Statement } from './statement.ts';

/** Bytes of a result held back so that an early error still has its status; ClickHouse's own default. */
const HELD_BACK = 1 << 20;
/** The same for `wait_end_of_query=1`. */
const HELD_BACK_WHEN_WAITING = 64 << 20;

/** Everything one query runs with. */
export interface Running {
  readonly engine: Engine;
  readonly connection: Connection;
  readonly pipes: Engine['pipes'][number];
  readonly request: QueryRequest;
  readonly formats: ReadonlyMap<string, OutputFormat>;
  readonly answer: Answer;
}

/** `INSERT … FORMAT f` with rows: they go through a pipe, so the engine reads any format as fast as it can and no faster. */
export async function runInsert(
  statement: Extract<Statement, { kind: 'insert-rows' }>,
  rows: AsyncIterable<Buffer>,
  { engine, connection, pipes, request, answer }: Running,
): Promise<void> {
  const { head, settings, format } = statement;
  const query = connection.query(`${head} FROM INFILE ${literal(pipes.in)} ${settings} FORMAT ${format}`, 'Null');
  // Handled below; a rejection before that must not count as unhandled.
  query.catch(() => {});
  const pipe = await openToWrite(pipes.in, query);
  let failure: unknown;
  if (pipe) {
    const gone = new Promise<false>((resolve) => pipe.once('close', () => resolve(false)));
    try {
      for await (const chunk of rows) {
        if (pipe.write(chunk)) continue;
        const drained = new Promise<true>((resolve) => pipe.once('drain', () => resolve(true)));
        if (!(await Promise.race([drained, gone]))) break;
      }
    } catch (error) {
      failure = error;
      // Before the pipe ends: the engine would take its end for the end of the rows and keep what came so far.
      await engine.kill(request.context.id);
    }
    pipe.end();
  }
  const result = await query
    .catch((error: ClickHouseException) => {
      throw failure ?? withoutPipe(error, pipes.in);
    })
    .finally(() => pipe?.destroy());
  if (failure) throw failure;
  answer.begin(null, summaryOf(result, true));
  await answer.end();
}

/** A statement with a result that may be large: it comes through a pipe, well-formed in any format, as fast as it is taken. */
export async function runSelect(
  statement: Extract<Statement, { kind: 'select' }>,
  { engine, connection, pipes, request, formats, answer }: Running,
): Promise<void> {
  const { head, settings } = statement;
  const asked = statement.format ?? request.defaultFormat;
  const format = formats.get(asked.toLowerCase());
  if (!format) throw ClickHouseException.of('UNKNOWN_FORMAT', `Unknown format ${asked}`);
  const target = `INTO OUTFILE ${literal(pipes.out)} APPEND FORMAT ${format.name}`;
  const pipe = await openToRead(pipes.out);
  const query = connection.query(`${head}\n${target} ${settings}`, 'Null');
  let running = true;
  const end = () => {
    running = false;
    return pipe.end();
  };
  const ended = query.then(end, end);
  try {
    const most = request.waitForEnd ? HELD_BACK_WHEN_WAITING : HELD_BACK;
    let held: Buffer[] = [];
    let heldBytes = 0;
    for await (const chunk of pipe.rows.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      if (!answer.begun) {
        held.push(chunk);
        heldBytes += chunk.length;
        if (heldBytes < most) continue;
        answer.begin(format, null);
        for (const early of held) await answer.write(early);
        held = [];
      } else await answer.write(chunk);
    }
    const result = await query;
    if (!answer.begun) {
      answer.begin(format, summaryOf(result, false));
      for (const chunk of held) await answer.write(chunk);
    }
    await answer.end();
  } catch (error) {
    // The engine writes until the kill reaches it, and the pipe's next query must not read that.
    pipe.rows.resume();
    if (running) await engine.kill(request.context.id);
    throw error;
  } finally {
    await ended;
    pipe.rows.destroy();
  }
}

/** DDL, ALTER, KILL, INSERT … SELECT and the like: their result is small. */
export async function runCommand(
  statement: Extract<Statement, { kind: 'command' }>,
  { connection, request, formats, answer }: Running,
): Promise<void> {
  const format = formats.get(request.defaultFormat.toLowerCase()) ?? null;
  const result: NativeResult = await connection.query(statement.sql, format?.name ?? 'TabSeparated');
  answer.begin(result.bytes.length > 0 ? format : null, summaryOf(result, statement.writes));
  if (result.bytes.length > 0) await answer.write(result.bytes);
  await answer.end();
}

/** The client knows nothing of pipes. */
function withoutPipe(error: ClickHouseException, pipe: string): ClickHouseException {
  return error.rephrased(
    error.message.replace(`: (in file/uri ${pipe})`, '').replace(': data for INSERT was parsed from file', ''),
  );
}
