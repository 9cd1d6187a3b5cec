import { expect, test } from 'vitest';
import { parseStatement } from '../src/statement.ts';

const select = (head: string, format: string | null = null, settings = '') => ({
  kind: 'select',
  head,
  format,
  settings,
});
const rows = (head: string, settings: string, format: string) => ({ kind: 'insert-rows', head, settings, format });

test.each([
  ['SELECT 1', select('SELECT 1')],
  ['SELECT 1 ; ', select('SELECT 1')],
  ['SELECT 1 -- the end', select('SELECT 1')],
  ['SELECT 1 FORMAT CSV', select('SELECT 1 ', 'CSV')],
  ['SELECT 1 format csv SETTINGS a = 1', select('SELECT 1 ', 'csv', ' SETTINGS a = 1')],
  ['SELECT 1 SETTINGS a = 1 FORMAT CSV', select('SELECT 1 SETTINGS a = 1 ', 'CSV')],
  ["SELECT ' FORMAT CSV'", select("SELECT ' FORMAT CSV'")],
  ['SELECT x AS format FROM t', select('SELECT x AS format FROM t')],
  ['SELECT (SELECT 1 FORMAT CSV)', select('SELECT (SELECT 1 FORMAT CSV)')],
  ["SELECT ';\\'' /* ; */ , `;`", select("SELECT ';\\'' /* ; */ , `;`")],
  ['INSERT INTO t VALUES (1)', rows('INSERT INTO t ', '', 'Values')],
  ['insert into d.t (a, b) format CSV\n1,2', rows('insert into d.t (a, b) ', '', 'CSV')],
  ['INSERT INTO t SETTINGS x = 1 FORMAT CSV', rows('INSERT INTO t ', 'SETTINGS x = 1 ', 'CSV')],
  ['INSERT INTO values VALUES (1)', rows('INSERT INTO values ', '', 'Values')],
  ["INSERT INTO FUNCTION file('x', 'CSV') FORMAT CSV", rows("INSERT INTO FUNCTION file('x', 'CSV') ", '', 'CSV')],
  ['INSERT INTO t SELECT 1', { kind: 'command', sql: 'INSERT INTO t SELECT 1', writes: true }],
  ['WITH 1 AS x INSERT INTO t SELECT x', { kind: 'command', writes: true }],
  ['DROP TABLE t;', { kind: 'command', sql: 'DROP TABLE t', writes: false }],
  ["KILL QUERY WHERE query_id = 'a'", { kind: 'command', sql: "KILL QUERY WHERE Settings['log_comment'] = 'a'" }],
  [' -- nothing', { kind: 'empty' }],
  [';', { kind: 'empty' }],
])('%s', (sql, expected) => {
  expect(parseStatement(sql)).toMatchObject(expected);
});

test.each([
  ['INSERT INTO t FORMAT CSV\n1', '1'],
  ['INSERT INTO t FORMAT CSV 1', '1'],
  ['INSERT INTO t FORMAT CSV \r\n\n1', '\n1'],
  ['INSERT INTO t FORMAT CSV;', ''],
  ["INSERT INTO t VALUES (1, 'a;b'); ", " (1, 'a;b'); "],
  ["INSERT INTO t FORMAT RowBinary\n\0'", "\0'"],
])('rows behind %j', (sql, expected) => {
  const statement = parseStatement(sql);
  expect(statement.kind === 'insert-rows' && sql.slice(statement.rowsAt)).toBe(expected);
});

test('several statements and files are refused', () => {
  expect(() => parseStatement('SELECT 1; SELECT 2')).toThrow('Multi-statements');
  expect(() => parseStatement("SELECT 1 INTO OUTFILE 'x'")).toThrow('INTO OUTFILE');
});
