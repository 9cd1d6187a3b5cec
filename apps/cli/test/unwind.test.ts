import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Assembled, assemble, BARE, DESCRIBED } from './assembled.ts';
import { printed } from './strata.ts';

let program: Assembled;
let bare: Assembled;
beforeAll(() => {
  program = assemble(DESCRIBED);
  bare = assemble(BARE);
});
afterAll(() => {
  program.remove();
  bare.remove();
});

/** The answers at labels, each with its label for the address. */
function at(labels: readonly string[], ...options: readonly string[]): string {
  const asked = labels.flatMap((label) => ['--at', program.address(label)]);
  let answers = printed(['unwind', program.path, ...options, ...asked]);
  for (const label of labels) answers = answers.replace(`0x${program.address(label)}`, label);
  return answers;
}

describe('the rule at an address', () => {
  test('in words', () => {
    const expected = [
      'saves cfa=rsp+8 ra=[cfa-8] rbp=same\n',
      'pushed_rbp cfa=rsp+16 ra=[cfa-8] rbp=[cfa-16]\n',
      'pushed_rbx cfa=rsp+24 ra=[cfa-8] rbp=[cfa-16] rbx=[cfa-24]\n',
      'body cfa=rsp+48 ra=[cfa-8] rbp=[cfa-16] rbx=[cfa-24]\n',
      'at_return cfa=rsp+8 ra=[cfa-8] rbp=same\n',
      'framed cfa=rbp+16 ra=[cfa-8] rbp=[cfa-16]\n',
      'in_register cfa=rsp+8 ra=rcx rbp=same\n',
      'dereferenced cfa=[rbp-8]+0 ra=[cfa-8] rbp=same\n',
      '_start end-of-stack\n',
      'undescribed no-rule\n',
      'not_evaluated unsupported\n',
    ];
    expect(at(expected.map((line) => line.split(' ')[0]!))).toBe(expected.join(''));
    expect(printed(['unwind', '--at', bare.address('_start'), bare.path])).toBe(
      `0x${bare.address('_start')} frame-pointer\n`,
    );
  });

  test('as JSON', () => {
    const expected = [
      '{"address":"saves","cfa":"rsp+8","ra":"[cfa-8]","rbp":"same"}\n',
      '{"address":"body","cfa":"rsp+48","ra":"[cfa-8]","rbp":"[cfa-16]","rbx":"[cfa-24]"}\n',
      '{"address":"_start","end":"end-of-stack"}\n',
      '{"address":"undescribed","end":"no-rule"}\n',
    ];
    expect(
      at(
        expected.map((line) => JSON.parse(line).address),
        '--json',
      ),
    ).toBe(expected.join(''));
    expect(printed(['unwind', '--json', '--at', bare.address('_start'), bare.path])).toBe(
      `{"address":"0x${bare.address('_start')}","end":"frame-pointer"}\n`,
    );
  });

  test('for several, in the order asked, as it was asked or not', () => {
    const [body, start] = [program.address('body'), program.address('_start')];
    const asked = [`0X${body.toUpperCase()}`, `0x000${start}`, '1', body].flatMap((address) => ['--at', address]);
    expect(printed(['unwind', program.path, ...asked])).toBe(
      [
        `0x${body} cfa=rsp+48 ra=[cfa-8] rbp=[cfa-16] rbx=[cfa-24]\n`,
        `0x${start} end-of-stack\n`,
        '0x1 no-rule\n',
        `0x${body} cfa=rsp+48 ra=[cfa-8] rbp=[cfa-16] rbx=[cfa-24]\n`,
      ].join(''),
    );
  });

  test('of which no digit is lost where the file is linked at the top of the address space', () => {
    const high = assemble(DESCRIBED, '-Wl,-Ttext=0xffffffff81000000', '-Wl,--no-relax', '-Wl,-z,noseparate-code');
    const address = high.address('pushed_rbp');
    expect(BigInt(`0x${address}`)).toBeGreaterThan(2n ** 53n);
    expect(printed(['unwind', high.path, '--at', address])).toBe(`0x${address} cfa=rsp+16 ra=[cfa-8] rbp=[cfa-16]\n`);
    high.remove();
  });
});

describe('the summary', () => {
  test('for a person', () => {
    const table = `machine     x86-64
functions   6
rows        R
rules       10 distinct
tables      1, of B bytes in the kernel
code        C bytes
gaps        G bytes (P %) without a rule, in N ranges
build time  T ms

kind of rule  rules  rows  bytes of code    share
register          6
dereferenced      1
end-of-stack      1
unsupported       1
no-rule           1
`;
    const shape = printed(['unwind', program.path])
      .replace(/^.*\n/, '')
      .replace(/(rows +)\d+/, '$1R')
      .replace(/of [\d,]+ bytes/, 'of B bytes')
      .replace(/(code +)[\d,]+/, '$1C')
      .replace(/(gaps +)\d+ bytes \([\d.]+ %\)(.*in )\d+/, '$1G bytes (P %)$2N')
      .replace(/[\d.]+ ms/, 'T ms')
      .replace(/^([a-z-]+ +\d+) +\d+ +\d+ +[\d.]+ %$/gm, '$1');
    expect(shape).toBe(table);
  });

  test('as JSON, whose parts fit each other', () => {
    const text = printed(['unwind', '--json', program.path]);
    expect(text.trimEnd()).not.toContain('\n');
    const summary = JSON.parse(text);
    expect(summary).toMatchObject({ file: program.path, machine: 'x86-64', functions: 6, malformed: 0, tables: 1 });
    expect(Object.keys(summary.kinds)).toEqual(['register', 'dereferenced', 'end-of-stack', 'unsupported', 'no-rule']);
    const sum = (part: string) =>
      Object.values<Record<string, number>>(summary.kinds).reduce((all, kind) => all + kind[part]!, 0);
    expect(sum('rules')).toBe(summary.rules);
    expect(sum('rows')).toBe(summary.rows);
    expect(sum('codeBytes')).toBe(summary.codeBytes);
    expect(summary.kinds['no-rule'].codeBytes).toBe(summary.gapBytes);
    expect(summary.kinds['end-of-stack']).toEqual({ rules: 1, rows: 1, codeBytes: 5 });
    // Three blocks of 256 bytes at least: the header, the pages and the rules.
    expect(summary.tableBytes).toBeGreaterThanOrEqual(768);
  });

  test('of a file without call frame information', () => {
    const summary = JSON.parse(printed(['unwind', '--json', bare.path]));
    expect(summary).toMatchObject({ functions: 0, gaps: 0, gapBytes: 0 });
    expect(summary.kinds['frame-pointer'].codeBytes).toBe(summary.codeBytes);
  });
});
