import type { UnwindSummary } from '../addon.ts';

const whole = (count: number) => count.toLocaleString('en-US');
const counted = (count: number, noun: string) => `${whole(count)} ${noun}${count === 1 ? '' : 's'}`;
const percent = (part: number, all: number) => (all === 0 ? '–' : `${((part / all) * 100).toFixed(2)} %`);

/** Columns as wide as their widest cell; the first one begins at the left, the others end at the right. */
function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  ');
  return rows.map((row) => `${line(row)}\n`).join('');
}

/** What is known of a file, for a person. */
export function summaryText(path: string, summary: UnwindSummary): string {
  const { machine, functions, malformed, rows, rules, tableBytes, codeBytes, gapBytes, gaps, buildMs } = summary;
  const facts: readonly (readonly [string, string])[] = [
    ['machine', machine],
    ['functions', whole(functions) + (malformed > 0 ? `, and ${whole(malformed)} that cannot be read` : '')],
    ['rows', whole(rows)],
    ['rules', `${whole(rules)} distinct`],
    ['tables', `1, of ${counted(tableBytes, 'byte')} in the kernel`],
    ['code', counted(codeBytes, 'byte')],
    [
      'gaps',
      `${counted(gapBytes, 'byte')} (${percent(gapBytes, codeBytes)}) without a rule, in ${counted(gaps, 'range')}`,
    ],
    ['build time', `${buildMs.toFixed(1)} ms`],
  ];
  const kinds = summary.kinds.map((kind) => [
    kind.name,
    whole(kind.rules),
    whole(kind.rows),
    whole(kind.codeBytes),
    percent(kind.codeBytes, codeBytes),
  ]);
  return [
    `${path}\n`,
    ...facts.map(([name, value]) => `${name.padEnd(12)}${value}\n`),
    '\n',
    columns([['kind of rule', 'rules', 'rows', 'bytes of code', 'share'], ...kinds]),
  ].join('');
}

/** The same for a program: one object, one line. */
export function summaryJson(path: string, { kinds, ...numbers }: UnwindSummary): string {
  const byName = Object.fromEntries(kinds.map(({ name, ...counts }) => [name, counts]));
  return `${JSON.stringify({ file: path, ...numbers, tables: 1, kinds: byName })}\n`;
}
