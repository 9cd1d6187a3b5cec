import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openIndex } from '@strata/symbolizer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { printed, run, STRATA, strata } from './strata.ts';

const SOURCE = `
namespace shop {
struct Cart {
  const int *prices;
  int count;
  __attribute__((always_inline)) int discounted(int price) const { return price > 10 ? price - 1 : price; }
  __attribute__((always_inline)) int total() const {
    int sum = 0;
    for (int i = 0; i < count; i++)
      sum += discounted(prices[i]);
    return sum;
  }
};
template <typename Number>
__attribute__((noinline)) Number checkout(const Cart &cart, Number factor) {
  return cart.total() * factor;
}
}
int main(int count, char **) {
  const int prices[] = {count, 2, 30};
  const shop::Cart cart{prices, 3};
  return shop::checkout<long>(cart, 5) + shop::checkout<short>(cart, 7);
}
`;
/** What the index does not have. */
const UNKNOWN = { Column: 0, Discriminator: 0, StartAddress: '', StartFileName: '', StartLine: 0 };

interface Answer {
  readonly Address: string;
  readonly ModuleName: string;
  readonly Symbol: readonly (typeof UNKNOWN & { FileName: string; FunctionName: string; Line: number })[];
}

let folder: string;
let program: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'strata-symbolize-test-'));
  program = join(folder, 'shop');
  writeFileSync(join(folder, 'shop.cpp'), SOURCE);
  const { code, stderr } = run('clang++-19', ['-O2', '-g', '-o', program, join(folder, 'shop.cpp')]);
  if (code !== 0) throw new Error(stderr);
});
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

const parse = (lines: string) =>
  lines
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Answer);

/** `inner shop.cpp:6 < outer shop.cpp:10` */
const chain = ({ Symbol: frames }: Answer) =>
  frames
    .map(({ FunctionName, FileName, Line }) => `${FunctionName} ${FileName.replace(`${folder}/`, '')}:${Line}`)
    .join(' < ');

/** Every address of a function whose linkage name has this in it, as nm lists them. */
function addressesOf(name: RegExp): string {
  const rows = run('nm', ['-S', program]).stdout.split('\n');
  const addresses = rows.flatMap((row) => {
    const [start, size, , symbol] = row.split(' ');
    if (!symbol || !name.test(symbol)) return [];
    return Array.from({ length: Number.parseInt(size!, 16) }, (_, i) => Number.parseInt(start!, 16) + i);
  });
  return addresses.map((address) => `0x${address.toString(16)}\n`).join('');
}

test.each([[[]], [['--no-demangle']]])('every address has the frames that llvm-symbolizer tells (%j)', (options) => {
  const addresses = addressesOf(/^main$|checkout/);
  const args = ['--output-style=JSON', ...options, `--obj=${program}`];
  const theirs = parse(run('llvm-symbolizer-19', args, addresses).stdout);
  const ours = parse(printed(['symbolize', ...options, program], addresses));
  expect(ours.map(chain)).toEqual(theirs.map(chain));
  expect(ours.map(({ Address, ModuleName }) => [Address, ModuleName])).toEqual(
    theirs.map(({ Address, ModuleName }) => [Address, ModuleName]),
  );
  expect(Object.keys(ours[0]!.Symbol[0]!)).toEqual(Object.keys(theirs[0]!.Symbol[0]!));
  for (const frame of ours.flatMap(({ Symbol: frames }) => frames)) expect(frame).toMatchObject(UNKNOWN);

  const cart = options.length > 0 ? '_ZNK4shop4Cart' : 'shop::Cart::';
  const [inner, outer] =
    options.length > 0 ? ['10discountedEi', '5totalEv'] : ['discounted(int) const', 'total() const'];
  const checkout =
    options.length > 0 ? '_ZN4shop8checkoutIlEET_RKNS_4CartES1_' : 'long shop::checkout<long>(shop::Cart const&, long)';
  expect(ours.map(chain)).toContain(
    `${cart}${inner} shop.cpp:6 < ${cart}${outer} shop.cpp:10 < ${checkout} shop.cpp:16`,
  );
});

test('an address where nothing is known has one frame of nothing', () => {
  const nothing = [{ ...UNKNOWN, FileName: '', FunctionName: '', Line: 0 }];
  expect(parse(printed(['symbolize', program], '0\nffffffffffffffff\n'))).toEqual([
    { Address: '0x0', ModuleName: program, Symbol: nothing },
    { Address: '0xffffffffffffffff', ModuleName: program, Symbol: nothing },
  ]);
});

test('--index keeps the index, and without it nothing stays', async () => {
  const index = join(folder, 'shop.index');
  const address = addressesOf(/^main$/).split('\n')[0]!;
  const asked = printed(['symbolize', '--index', index, program], `${address}\n`);
  const temporary = join(folder, 'temporary');
  mkdirSync(temporary);
  const withoutIndex = [`TMPDIR=${temporary}`, process.execPath, STRATA, 'symbolize', program];
  expect(run('env', withoutIndex, `${address}\n`).stdout).toBe(asked);
  expect(readdirSync(temporary)).toEqual([]);
  const kept = await openIndex(index);
  expect((await kept.resolve([Number(address) as Parameters<typeof kept.resolve>[0][number]]))[0]).toEqual([
    { function: 'main', file: join(folder, 'shop.cpp'), line: 19 },
  ]);
});

test('--index overwrites an index, and nothing else', () => {
  const index = join(folder, 'again.index');
  for (let run = 0; run < 2; run++) expect(strata(['symbolize', '--index', index, program], '').code).toBe(0);
  const before = readFileSync(program);
  const { stderr, code } = strata(['symbolize', '--index', program, program], '');
  expect({ stderr, code }).toEqual({
    stderr: `strata symbolize: ${program} is there already and no symbol index, so it is left as it is.\n`,
    code: 1,
  });
  expect(readFileSync(program).equals(before)).toBe(true);
});

test('--stats says on standard error what the index was built from', () => {
  const index = join(folder, 'counted.index');
  const { stdout, stderr, code } = strata(['symbolize', '--stats', '--index', index, program], '');
  expect({ stdout, code }).toEqual({ stdout: '', code: 0 });
  expect(JSON.parse(stderr)).toMatchObject({
    file: program,
    buildId: expect.stringMatching(/^(gnu|hash):[0-9a-f]+$/),
    source: 'dwarf',
    buildMs: expect.any(Number),
    fileBytes: statSync(program).size,
    indexBytes: readFileSync(index).length,
    ranges: expect.any(Number),
    locations: expect.any(Number),
    functions: expect.any(Number),
  });
});

test('bad input is answered by one sentence', () => {
  const script = file('script', '#!/bin/sh\n');
  const said = (args: readonly string[], input = '') => {
    const { stderr, code } = strata(['symbolize', ...args], input);
    expect(code).toBe(1);
    return stderr;
  };
  expect(said([script])).toBe(`strata symbolize: ${script}: The file does not start as an ELF file does.\n`);
  expect(said(['/absent'])).toBe('strata symbolize: /absent cannot be read: No such file or directory (os error 2).\n');
  expect(said([program], '1139\nmain\n')).toMatch(/^strata symbolize: [^\n]*"main"[^\n]*\.\n$/);
  expect(said(['--index', '/absent/index', program])).toMatch(
    /^strata symbolize: The index cannot be written: [^\n]*\/absent\/index[^\n]*\.\n$/,
  );
});

test.each([
  [[], 'Name a file.'],
  [['a', 'b'], 'Name one file only.'],
  [['--frob', 'a'], "Unknown option '--frob'."],
  [['a', '--index'], "Option '--index <value>' argument missing."],
])('%j is answered by the usage', (args, sentence) => {
  const { stdout, stderr, code } = strata(['symbolize', ...args]);
  expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
  expect(stderr).toMatch(/\n\nusage: strata symbolize /);
  expect(stderr.split('\n')[0]).toBe(`strata symbolize: ${sentence}`);
});
