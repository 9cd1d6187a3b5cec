/** One token of ClickHouse SQL; `start` and `end` are offsets into the text it was read from. */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'symbol';
  /** Words in upper case, everything else as written. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** How many parentheses, brackets and braces are open around it. An opening one counts itself, a closing one not. */
  readonly depth: number;
}

const SPACE = /[ \t\r\n\f\v\0]/;
// Every byte or character beyond ASCII belongs to a word, so that text may also be handed in as Latin-1.
const WORD = /[\w$\u0080-\uffff]/;

/**
 * Reads tokens one at a time, so that the data behind `FORMAT x` or `VALUES` of an INSERT, which are no SQL, are never
 * looked at. Comments are skipped. After ClickHouse's `src/Parsers/Lexer.cpp`, less exact where this package need not care.
 */
export function* tokens(sql: string): Generator<Token> {
  let at = 0;
  let depth = 0;
  while (at < sql.length) {
    const start = at;
    const character = sql[at]!;
    if (SPACE.test(character)) {
      at++;
      continue;
    }
    const afterComment = endOfComment(sql, at);
    if (afterComment > at) {
      at = afterComment;
      continue;
    }
    let kind: Token['kind'] = 'symbol';
    if (character === "'") {
      kind = 'string';
      at = endOfQuoted(sql, at);
    } else if (character === '`' || character === '"') {
      kind = 'quoted';
      at = endOfQuoted(sql, at);
    } else if (WORD.test(character)) {
      kind = 'word';
      while (at < sql.length && WORD.test(sql[at]!)) at++;
      const heredoc = /^\$\w*\$/.exec(sql.slice(start, at));
      if (heredoc) {
        kind = 'string';
        const close = sql.indexOf(heredoc[0], start + heredoc[0].length);
        at = close < 0 ? sql.length : close + heredoc[0].length;
      }
    } else {
      at++;
      if ('([{'.includes(character)) depth++;
      if (')]}'.includes(character)) depth--;
    }
    const text = sql.slice(start, at);
    yield { kind, text: kind === 'word' ? text.toUpperCase() : text, start, end: at, depth };
  }
}

/** Offset behind the comment that begins at `at`, or `at` where none begins. */
function endOfComment(sql: string, at: number): number {
  const two = sql.slice(at, at + 2);
  if (two === '/*') {
    const close = sql.indexOf('*/', at + 2);
    return close < 0 ? sql.length : close + 2;
  }
  if (two === '--' || two === '#!' || two === '# ') {
    const newline = sql.indexOf('\n', at);
    return newline < 0 ? sql.length : newline + 1;
  }
  return at;
}

/** Offset behind the quoted text that begins at `at`: a backslash escapes one character, a doubled quote is one. */
function endOfQuoted(sql: string, at: number): number {
  const quote = sql[at]!;
  for (let i = at + 1; i < sql.length; i++) {
    if (sql[i] === '\\') i++;
    else if (sql[i] === quote) {
      if (sql[i + 1] !== quote) return i + 1;
      i++;
    }
  }
  return sql.length;
}
