import { describe, expect, it } from 'vitest';
import { linkTo, problemOf } from '../src/features/flame-graph/source-link.ts';
import { sourceRows } from '../src/features/flame-graph/source-rows.ts';
import { namesInterval } from '../src/ui/naming/names-interval.ts';

describe('a link to a line', () => {
  const template = 'https://git.example/{version}/{file}#L{line}';
  it.each([
    [{ template, prefix: '/build/' }, '/build/shop/a b.cpp', 'https://git.example/v%2F2/shop/a%20b.cpp#L34'],
    [{ template, prefix: '/other/' }, '/build/shop/a.cpp', 'https://git.example/v%2F2/build/shop/a.cpp#L34'],
    [{ template: 'http://h/{file}', prefix: '' }, './a.cpp', 'http://h/a.cpp'],
    [{ template: '', prefix: '' }, 'a.cpp', null],
    [{ template: 'javascript:alert({file})', prefix: '' }, 'a.cpp', null],
  ])('%o of %s is %s', (link, file, address) => {
    expect(linkTo(link, file, 34, 'v/2')).toBe(address);
  });

  it('is of HEAD while no one version is selected', () => {
    expect(linkTo({ template, prefix: '' }, 'a.cpp', 1, '')).toBe('https://git.example/HEAD/a.cpp#L1');
  });

  it.each([
    ['', ''],
    [template, ''],
    ['javascript:alert(1)//{file}', 'A link begins with https:// or http://.'],
    ['git.example/{file}', 'A link begins with https:// or http://.'],
    ['https://git.example/', 'A link needs {file}, where the path of the file goes.'],
    ['https://git.example/{file}#{row}', '{row} is not known; known are {file}, {line} and {version}.'],
  ])('%s: %s', (text, problem) => {
    expect(problemOf(text)).toBe(problem);
  });
});

describe('rows of the source pane', () => {
  const lines = [
    { line: 10, self: 1, total: 5 },
    { line: 40, self: 0, total: 2 },
  ];
  const written = (rows: ReturnType<typeof sourceRows>) =>
    rows.map((row) => ('skipped' in row ? `… ${row.skipped}` : `${row.line} ${row.text} ${row.total}`));

  it('are only lines with weight where there is no text', () => {
    expect(written(sourceRows(lines, null))).toEqual(['10 null 5', '40 null 2']);
  });

  it('have what stands around them, and say what is left out', () => {
    const text = { path: 'a.c', first: 8, count: 60, lines: Array.from({ length: 33 }, (_, i) => `text ${i + 8}`) };
    const rows = written(sourceRows(lines, text));
    expect(rows[0]).toBe('8 text 8 0');
    expect(rows[2]).toBe('10 text 10 5');
    expect(rows.slice(8, 11)).toEqual(['16 text 16 0', '… 17', '34 text 34 0']);
    expect(rows.at(-1)).toBe('40 text 40 2');
  });

  it('without text for a line have none', () => {
    const short = { path: 'a.c', first: 1, count: 12, lines: Array.from({ length: 12 }, (_, i) => `text ${i + 1}`) };
    expect(written(sourceRows(lines, short)).at(-1)).toBe('40 null 2');
  });
});

describe('how often a view asks again', () => {
  it.each([
    [false, false, 30_000],
    [3_000, true, 3_000],
    [300_000, true, 30_000],
    [300_000, false, 300_000],
  ] as const)('%s, names missing: %s → %s ms', (ofRange, missing, ms) => {
    expect(namesInterval(ofRange, missing)).toBe(ms);
  });
});
