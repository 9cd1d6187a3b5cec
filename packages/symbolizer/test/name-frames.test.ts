import {
  type BuildId,
  buildCallTree,
  type Frame,
  FUNCTION_KINDS,
  type LookupAddress,
  type Naming,
  type StackProfile,
  type UnixMs,
} from '@strata/profile';
import { type IndexStore, nameFrames, type Resolution, SymbolizerError } from '@strata/symbolizer';
import { describe, expect, test } from 'vitest';

const APP = 'gnu:aa01' as BuildId;
const LIBC = 'gnu:cc02' as BuildId;
const LATE = 'gnu:dd03' as BuildId;
const BROKEN = 'gnu:ee04' as BuildId;

const CHECKOUT = '/src/shop/checkout.cpp';
/** At 0x500: `price<int>` inlined into `add`, and that into `checkout`. */
const CHAIN: Resolution = [
  { function: 'int shop::price<int>(int)', file: '/src/shop/price.hpp', line: 7 },
  { function: 'shop::add(int)', file: CHECKOUT, line: 20 },
  { function: 'shop::checkout(Cart&)', file: CHECKOUT, line: 34 },
];

/** Knows `APP` up to 0x2000 and `LIBC`; has a broken index of `BROKEN`. */
const store: IndexStore = {
  counters: { hits: 0, misses: 0 },
  has: async (buildId) => buildId === APP || buildId === LIBC,
  put: () => Promise.reject(new Error('not used')),
  describe: () => Promise.reject(new Error('not used')),
  pathOf: () => '',
  sourceText: () => Promise.reject(new Error('not used')),
  resolve: async (buildId, addresses) => {
    if (buildId === LATE) return null;
    if (buildId === BROKEN) throw new SymbolizerError('INVALID_INDEX', 'The symbol index is damaged.');
    return addresses.map((address): Resolution => {
      if (buildId === LIBC) return [{ function: 'memcpy', file: '', line: 0 }];
      if (address >= 0x2000) return [];
      if (address === 0x500) return CHAIN;
      return [{ function: address < 0x1000 ? 'shop::checkout' : 'std::sort<int*>', file: '', line: 0 }];
    });
  },
};

const native = (buildId: BuildId, file: string, address: number): Frame => ({
  kind: 'native',
  mapping: { buildId, file },
  address: address as LookupAddress,
});

const profileOf = (frames: readonly Frame[]): StackProfile => ({
  profileType: { name: 'cpu', unit: 'nanoseconds' },
  from: 0 as UnixMs,
  to: 1 as UnixMs,
  stacks: { frames, parent: new Int32Array(0), frame: new Uint32Array(0) },
  value: new Float64Array(0),
  count: new Float64Array(0),
});

/** `name binary kind` per frame, in the profile's order. */
async function shown(frames: readonly Frame[]) {
  const { names, unresolved } = await nameFrames(profileOf(frames), store);
  const { functions, function: functionOf } = names;
  return {
    rows: [...functionOf].map(
      (row) => `${functions.name[row]} ${functions.binary[row] || '-'} ${FUNCTION_KINDS[functions.kind[row]!]}`,
    ),
    functionOf: [...functionOf],
    unresolved: [...unresolved].map(([id, { frames, reason }]) => `${id} ${frames} ${reason}`),
  };
}

describe('naming the frames of a profile', () => {
  test('frames of one function share a row; what has no name is one row per binary', async () => {
    const { rows, functionOf, unresolved } = await shown([
      native(APP, '/srv/shop', 0x100),
      native(LIBC, '/lib/x86_64-linux-gnu/libc.so.6', 0x100),
      native(APP, '/srv/shop', 0x200),
      native(APP, '/srv/shop', 0x1100),
      native(APP, '/srv/shop', 0x3000),
      native(APP, '/srv/shop', 0x4000),
      native(LATE, '/opt/lib/libfoo.so.1', 0x1),
      native(LATE, '/opt/lib/libfoo.so.1', 0x2),
      native(BROKEN, '/opt/tool', 0x1),
    ]);
    expect(rows).toEqual([
      'shop::checkout shop application',
      'memcpy libc.so.6 runtime',
      'shop::checkout shop application',
      'std::sort<int*> shop library',
      '[shop] shop unknown',
      '[shop] shop unknown',
      '[libfoo.so.1] libfoo.so.1 library',
      '[libfoo.so.1] libfoo.so.1 library',
      '[tool] tool unknown',
    ]);
    expect(functionOf[0]).toBe(functionOf[2]);
    expect(functionOf[6]).toBe(functionOf[7]);
    expect(unresolved).toEqual(['gnu:aa01 2 NO_NAME', 'gnu:dd03 2 NO_INDEX', 'gnu:ee04 1 INVALID_INDEX']);
  });

  test('frames that came with their names keep them', async () => {
    const named = (kind: 'kernel' | 'jit' | 'symbolized', name: string, file: string): Frame => ({
      kind,
      function: name,
      file,
      line: 0,
    });
    const { rows } = await shown([
      named('kernel', 'nvme_queue_rq', 'nvme'),
      named('jit', 'render', 'app.js'),
      named('symbolized', 'main.handle', '/src/main.go'),
      named('symbolized', 'runtime.mallocgc', '/usr/local/go/src/runtime/malloc.go'),
      named('symbolized', 'github.com/x/y.Do', '/go/pkg/mod/github.com/x/y/do.go'),
    ]);
    expect(rows).toEqual([
      'nvme_queue_rq nvme kernel',
      'render - jit',
      'main.handle - application',
      'runtime.mallocgc - runtime',
      'github.com/x/y.Do - library',
    ]);
  });

  test.each([
    ['/usr/bin/node', 'runtime'],
    ['/usr/bin/python3.11', 'runtime'],
    ['/lib64/ld-linux-x86-64.so.2', 'runtime'],
    ['/usr/lib/x86_64-linux-gnu/libstdc++.so.6.0.30', 'runtime'],
    ['/usr/lib/jvm/java-17/lib/server/libjvm.so', 'runtime'],
    ['/usr/lib/x86_64-linux-gnu/libssl.so.3', 'library'],
    ['/app/node_modules/x/build/x.node', 'library'],
    ['/usr/local/bin/shop', 'application'],
    ['/srv/libshop/shop', 'application'],
  ])('a function of %s is of kind %s', async (file, kind) => {
    expect((await shown([native(APP, file, 0x100)])).rows[0]).toMatch(new RegExp(` ${kind}$`));
  });
});

describe('inlined calls', () => {
  /** Main calls `checkout`, whose code has three calls in one address; then libc, and code without a name. */
  const frames = [
    native(APP, '/srv/shop', 0x200),
    native(APP, '/srv/shop', 0x500),
    native(LIBC, '/lib/libc.so.6', 0x100),
    native(APP, '/srv/shop', 0x3000),
  ];
  const stacks = { frames, parent: Int32Array.from([-1, 0, 1, 1]), frame: Uint32Array.from([0, 1, 2, 3]) };
  const value = Float64Array.from([0, 5, 3, 2]);

  async function tree(naming: Naming) {
    const { names } = await nameFrames({ stacks, value }, store, naming);
    const { functions, depth, function: rows, inlined, total } = buildCallTree(stacks, value, names);
    return Array.from(depth, (at, node) => {
      const row = rows[node]!;
      const where = `${functions.file[row]}:${functions.line[row]}`.replace(/^.*\//, '');
      return at === 0
        ? 'all'
        : `${'  '.repeat(at)}${inlined[node] ? '*' : ''}${functions.name[row]} ${where} ${total[node]}`;
    });
  }

  test.each([
    [
      { by: 'function', names: 'full' },
      [
        'all',
        '  shop::checkout :0 10',
        '    shop::checkout(Cart&) checkout.cpp:34 10',
        '      *shop::add(int) checkout.cpp:20 10',
        '        *int shop::price<int>(int) price.hpp:7 10',
        '          memcpy :0 3',
        '          [shop] :0 2',
      ],
    ],
    [
      { by: 'line', names: 'no-templates' },
      [
        'all',
        '  shop::checkout :0 10',
        '    shop::checkout:34 checkout.cpp:34 10',
        '      *shop::add:20 checkout.cpp:20 10',
        '        *shop::price:7 price.hpp:7 10',
        '          memcpy :0 3',
        '          [shop] :0 2',
      ],
    ],
    [
      { by: 'file', names: 'full' },
      [
        'all',
        '  [shop] :0 10',
        '    /src/shop/checkout.cpp checkout.cpp:20 10',
        '      */src/shop/price.hpp price.hpp:7 10',
        '        [libc.so.6] :0 3',
        '        [shop] :0 2',
      ],
    ],
    [{ by: 'binary', names: 'full' }, ['all', '  shop :0 10', '    libc.so.6 :0 3']],
  ] as const)('%o', async (naming, expected) => {
    expect(await tree(naming)).toEqual(expected);
  });

  test('a function of two builds in two folders is one', async () => {
    const built = (folder: string): IndexStore => ({
      ...store,
      resolve: async (buildId, addresses) =>
        addresses.map(() => [{ function: 'price', file: `/${buildId === APP ? folder : 'a'}/price.cpp`, line: 3 }]),
    });
    const two = [native(APP, '/srv/1/shop', 1), native(LIBC, '/srv/2/shop', 1)];
    const { names } = await nameFrames(profileOf(two), built('b'));
    expect([names.functions.name, names.functions.file, [...names.function]]).toEqual([
      ['price'],
      ['/a/price.cpp'],
      [0, 0],
    ]);
  });

  test('shorter names merge what they do not tell apart', async () => {
    const { names } = await nameFrames({ stacks, value }, store, { by: 'function', names: 'no-parameters' });
    expect(names.functions.name).toContain('shop::price<int>');
    // Two rows: of one the file is known.
    expect(names.functions.name.filter((name) => name === 'shop::checkout')).toHaveLength(2);
  });
});
