import { type Token, tokens } from './sql-lexer.ts';

/**
 * What a request asks for, as far as this server must know: where its rows come in and go out. Offsets and texts are
 * those of the text given to {@link parseStatement}.
 */
export type Statement =
  /** Rows follow the statement: `INSERT INTO t (a) | SETTINGS x=1 FORMAT f | rows`. `head` and `tail` are around the first bar. */
  | {
      readonly kind: 'insert-rows';
      readonly head: string;
      readonly settings: string;
      readonly format: string;
      /** Offset of the first byte of the rows. */
      readonly rowsAt: number;
    }
  /** Its result may be large and is streamed: `SELECT … | FORMAT f SETTINGS x=1`. */
  | { readonly kind: 'select'; readonly head: string; readonly format: string | null; readonly settings: string }
  /** Anything else is handed to the engine as it is; `writes` when it is an INSERT. */
  | { readonly kind: 'command'; readonly sql: string; readonly writes: boolean }
  | { readonly kind: 'empty' };

/** A statement this server refuses before the engine sees it; the message is ClickHouse's own. */
export class StatementError extends Error {
  override readonly name = 'StatementError';
  readonly code: 'MULTI_STATEMENTS' | 'INTO_OUTFILE';

  constructor(code: StatementError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

const STREAMED = new Set(['SELECT', 'WITH', 'SHOW', 'DESCRIBE', 'DESC', 'EXPLAIN', 'EXISTS', 'FROM', 'VALUES', '(']);

/** Throws StatementError for several statements in one request and for INTO OUTFILE. */
export function parseStatement(sql: string): Statement {
  const source = tokens(sql);
  const first = source.next();
  if (first.done) return { kind: 'empty' };
  if (first.value.text === 'INSERT') {
    const rows = parseInsert(sql, source);
    if (rows) return rows;
  }
  const all = withoutSemicolon([first.value, ...tokensFrom(sql, first.value.end)]);
  const last = all.at(-1);
  if (!last) return { kind: 'empty' };
  const text = sql.slice(0, last.end);
  const writes = all.some((token) => token.text === 'INSERT' && token.kind === 'word' && token.depth === 0);
  if (writes || !STREAMED.has(first.value.text)) return { kind: 'command', sql: withKillById(text, all), writes };
  return parseSelect(text, all);
}

function* tokensFrom(sql: string, offset: number): Generator<Token> {
  for (const token of tokens(sql)) if (token.start >= offset) yield token;
}

/** `null` when no rows follow the statement (INSERT … SELECT, or a syntax error that is the engine's to report). */
function parseInsert(sql: string, source: Iterator<Token>): Statement | null {
  let token = source.next();
  const is = (text: string) => !token.done && token.value.kind === 'word' && token.value.text === text;
  if (is('INTO')) token = source.next();
  if (is('TABLE') || is('FUNCTION')) token = source.next();
  // The name of a table may be a keyword: `INSERT INTO values VALUES (1)`.
  token = source.next();
  while (!token.done && token.value.text === '.') {
    source.next();
    token = source.next();
  }
  let settingsAt: number | null = null;
  for (; !token.done; token = source.next()) {
    if (token.value.depth > 0 || token.value.kind !== 'word') continue;
    if (is('SELECT') || is('WITH') || is('FROM')) return null;
    if (is('SETTINGS')) settingsAt = token.value.start;
    if (!is('FORMAT') && !is('VALUES')) continue;
    const split = settingsAt ?? token.value.start;
    const head = sql.slice(0, split);
    const settings = sql.slice(split, token.value.start);
    if (is('VALUES')) return { kind: 'insert-rows', head, settings, format: 'Values', rowsAt: token.value.end };
    const name = source.next();
    if (name.done || name.value.kind !== 'word') return null;
    const format = sql.slice(name.value.start, name.value.end);
    return { kind: 'insert-rows', head, settings, format, rowsAt: startOfRows(sql, name.value.end) };
  }
  return null;
}

/** Behind the format's name: blanks, then at most one line end (`src/Parsers/ParserInsertQuery.cpp`); a lone `;` is dropped. */
function startOfRows(sql: string, at: number): number {
  const lead = /^[ \t\f]*\r?\n?/.exec(sql.slice(at))![0].length;
  return /^\s*;?\s*$/.test(sql.slice(at)) ? sql.length : at + lead;
}

function withoutSemicolon(all: readonly Token[]): readonly Token[] {
  const semicolon = all.findIndex((token) => token.text === ';');
  if (semicolon < 0) return all;
  if (all.slice(semicolon).some((token) => token.text !== ';')) {
    throw new StatementError('MULTI_STATEMENTS', 'Syntax error (Multi-statements are not allowed)');
  }
  return all.slice(0, semicolon);
}

function parseSelect(sql: string, all: readonly Token[]): Statement {
  const top = all.filter((token) => token.depth === 0);
  if (top.some((token, i) => token.text === 'INTO' && top[i + 1]?.text === 'OUTFILE')) {
    throw new StatementError('INTO_OUTFILE', 'INTO OUTFILE is not allowed');
  }
  // `FORMAT f` ends the statement but for SETTINGS; elsewhere FORMAT is a name like any other.
  const format = top.findLastIndex(
    (token, i) =>
      token.kind === 'word' &&
      token.text === 'FORMAT' &&
      top[i + 1]?.kind === 'word' &&
      (i + 2 === top.length || top[i + 2]?.text === 'SETTINGS'),
  );
  if (format < 0) return { kind: 'select', head: sql, format: null, settings: '' };
  const name = top[format + 1]!;
  return {
    kind: 'select',
    head: sql.slice(0, top[format]!.start),
    format: sql.slice(name.start, name.end),
    settings: sql.slice(name.end),
  };
}

/**
 * The engine gives every query an id of its own; this server keeps the client's in `log_comment`
 * (see connection.ts), so `KILL QUERY WHERE query_id = …` has to look there.
 */
function withKillById(sql: string, all: readonly Token[]): string {
  if (all[0]?.text !== 'KILL') return sql;
  let result = sql;
  for (const token of [...all].reverse()) {
    if (token.text !== 'QUERY_ID') continue;
    result = `${result.slice(0, token.start)}Settings['log_comment']${result.slice(token.end)}`;
  }
  return result;
}
