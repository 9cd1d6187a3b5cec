import type { UnwindTableReport, UnwindTables } from '@strata/bpf';
import { describe, expect, test } from 'vitest';
import { ExecutableOutcomes } from '../src/stacks/executable-outcomes.ts';
import { stackReport } from '../src/stacks/stack-report.ts';

/** `/bin/sh: COMPLETE 3, NO_RULE 1` a line; the last is what all others come to. */
function linesOf(outcomes: ExecutableOutcomes, most: number): string[] {
  const line = (path: string, counts: object) =>
    `${path}: ${Object.entries(counts)
      .map(([outcome, count]) => `${outcome} ${count}`)
      .join(', ')}`;
  const { executables, others } = outcomes.summary(most);
  return [...executables.map(({ path, outcomes }) => line(path, outcomes)), line('others', others)];
}

const table = (path: string, bytes: number, failure = ''): UnwindTableReport => ({
  path,
  rows: bytes / 4,
  rules: 9,
  bytes,
  buildMs: 1.23456,
  failure,
});
const tables = (...files: readonly UnwindTableReport[]): UnwindTables => ({
  files,
  bytes: 12 << 20,
  bytesMost: 128 << 20,
  evicted: 0,
  cacheFailures: 0,
});

describe('outcomes of an executable', () => {
  test('add up, the most sampled executable first, and all others are one', () => {
    const outcomes = new ExecutableOutcomes();
    outcomes.add('/bin/sh', 'COMPLETE', 3);
    outcomes.add('/bin/cc', 'COMPLETE', 4);
    outcomes.add('/bin/ld', 'READ_FAULT', 1);
    outcomes.add('/bin/sh', 'NO_RULE', 1);
    outcomes.add('/bin/sh', 'COMPLETE', 2);
    outcomes.add('/bin/as', 'COMPLETE', 1);
    expect(linesOf(outcomes, 2)).toEqual([
      '/bin/sh: COMPLETE 5, NO_RULE 1',
      '/bin/cc: COMPLETE 4',
      'others: READ_FAULT 1, COMPLETE 1',
    ]);
  });

  test('of more than 2,000 the least sampled leave, a newcomer can grow, and no sample is lost', () => {
    const outcomes = new ExecutableOutcomes();
    for (let i = 0; i < 5_000; i++) outcomes.add(`/tmp/build-${i}`, 'COMPLETE', 10);
    for (let i = 0; i < 300; i++) outcomes.add('/bin/late', 'NO_TABLE', 1);
    const { executables, others } = outcomes.summary(2_500);
    expect(executables.length).toBeLessThanOrEqual(2_000);
    const [late] = executables;
    expect([late!.path, late!.outcomes.NO_TABLE! > 290]).toEqual(['/bin/late', true]);
    expect((executables.length - 1) * 10 + others.COMPLETE!).toBe(50_000);
    expect(late!.outcomes.NO_TABLE! + (others.NO_TABLE ?? 0)).toBe(300);
  });
});

describe('the report', () => {
  test('joins an executable with its own table, also of a deleted file; a thread of the kernel has none', () => {
    const outcomes = new ExecutableOutcomes();
    outcomes.add('/bin/shop', 'COMPLETE', 3);
    outcomes.add('/bin/odd', 'NO_TABLE', 2);
    outcomes.add('[kernel]', 'KERNEL_ONLY', 1);
    const { executables } = stackReport(
      outcomes,
      tables(table('/bin/shop (deleted)', 4096), table('/bin/odd', 0, 'It is no ELF file.')),
    );
    expect(executables.map(({ table }) => table)).toEqual([
      { rows: 1024, rules: 9, bytes: 4096, buildMs: 1.23, failure: '' },
      { rows: 0, rules: 9, bytes: 0, buildMs: 1.23, failure: 'It is no ELF file.' },
      null,
    ]);
  });

  test('has files without a table first, then the largest; of either, half of the places at least', () => {
    const many = Array.from({ length: 300 }, (_, i) => table(`/lib/${i}`, 4096 * (i + 1)));
    const odd = Array.from({ length: 300 }, (_, i) => table(`/odd/${i}`, 0, 'It is no ELF file.'));
    const named = (...files: readonly UnwindTableReport[]) =>
      stackReport(new ExecutableOutcomes(), tables(...files)).tables.map(({ path }) => path);
    expect(named(many[0]!, odd[0]!, many[1]!)).toEqual(['/odd/0', '/lib/1', '/lib/0']);
    const both = named(...many, ...odd);
    expect([both.length, both[0], both[99], both[100], both[199]]).toEqual([
      200,
      '/odd/299',
      '/odd/200',
      '/lib/299',
      '/lib/200',
    ]);
  });

  test('is never larger than the collector takes, and its counts stay whole', () => {
    const outcomes = new ExecutableOutcomes();
    const long = (i: number) => `/${'шляпа'.repeat(600)}/${i}`;
    for (let i = 0; i < 1_000; i++) outcomes.add(long(i), 'COMPLETE', 1);
    const failing = Array.from({ length: 1_000 }, (_, i) => table(long(i), 0, 'Непонятно. '.repeat(90)));
    const report = stackReport(outcomes, tables(...failing));
    expect(Buffer.byteLength(JSON.stringify(report))).toBeLessThan(200_000);
    expect(report.executables.length).toBeGreaterThan(10);
    expect(report.executables.length + report.others.COMPLETE!).toBe(1_000);
    for (const { path, failure } of report.tables) expect([path.length, failure.length]).toEqual([512, 500]);
  });
});
