import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { printed } from './strata.ts';

const FILE = '/bin/bash';
const ADDRESSES = 600;

/** Where in a row of readelf's tables which rule begins, and up to where it holds. */
interface Row {
  readonly start: number;
  readonly end: number;
  /** As we would put it; undefined where readelf does not say what the rule is. */
  readonly words: string | undefined;
}

const cellsOf = (line: string) => line.trim().split(/\s+/);

/** `c-16` → `[cfa-16]`; `u` of a register that must be kept means that it is. */
const place = (cell: string | undefined) =>
  cell === undefined || cell === 'u' || cell === 's' ? 'same' : cell.replace(/^c([+-]\d+)$/, '[cfa$1]');

function wordsOf(cells: Readonly<Record<string, string>>): string | undefined {
  if (cells.ra === 'u') return 'end-of-stack';
  if (Object.values(cells).some((cell) => /exp/.test(cell))) return undefined;
  const words = `cfa=${cells.CFA} ra=${place(cells.ra)} rbp=${place(cells.rbp)}`;
  return place(cells.rbx) === 'same' ? words : `${words} rbx=${place(cells.rbx)}`;
}

/**
 * The tables as readelf interprets them:
 *
 *     00000048 000000000000002c 0000004c FDE cie=00000000 pc=0000000000031000..0000000000031177
 *        LOC           CFA      rbx   rbp   ra
 *     0000000000031000 rsp+8    u     u     c-8
 */
function rowsOf(file: string): readonly Row[] {
  const dump = execFileSync('readelf', ['--debug-dump=frames-interp', '--wide', file], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const rows: Row[] = [];
  for (const [description, head, ...table] of dump.split('\n\n').map((part) => part.split('\n'))) {
    const functionEnd = /FDE .*pc=[0-9a-f]+\.\.([0-9a-f]+)$/.exec(description!)?.[1];
    // Without a table of its own it has that of its CIE, or it is no function.
    if (functionEnd === undefined || head === undefined) continue;
    const [, ...names] = cellsOf(head);
    const lines = table.map(cellsOf);
    for (const [index, cells] of lines.entries()) {
      const named = Object.fromEntries(names.map((name, column) => [name, cells[column + 1]!]));
      const end = Number.parseInt(lines[index + 1]?.[0] ?? functionEnd, 16);
      rows.push({ start: Number.parseInt(cells[0]!, 16), end, words: wordsOf(named) });
    }
  }
  return rows;
}

test(`agrees with readelf at ${ADDRESSES} addresses of ${FILE}`, () => {
  const rows = rowsOf(FILE).filter(({ start, end, words }) => words !== undefined && end > start);
  expect(rows.length).toBeGreaterThan(1_000);
  // The first and the last byte of rows all over the file: where a rule begins or ends is where mistakes are made.
  const step = rows.length / (ADDRESSES / 2);
  const chosen = Array.from({ length: ADDRESSES / 2 }, (_, index) => rows[Math.floor(index * step)]!);
  const expected = chosen.flatMap(({ start, end, words }) =>
    [start, end - 1].map((address) => `0x${address.toString(16)} ${words}\n`),
  );
  const asked = expected.map((line) => `${line.split(' ')[0]}\n`).join('');
  expect(printed(['unwind', FILE], asked)).toBe(expected.join(''));
});
