import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { BuildId, LookupAddress } from '@strata/profile';
import { buildIndex, describeElf, type IndexStore, openIndexStore, SymbolizerError } from '@strata/symbolizer';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { compileProgram, type Program } from './programs.ts';

let program: Program;
let index: Uint8Array;
let buildId: BuildId;
let main: LookupAddress;
let checkout: LookupAddress;

beforeAll(async () => {
  program = compileProgram();
  index = await buildIndex(program.path);
  ({ buildId } = await describeElf(program.path));
  main = program.address('main');
  checkout = program.address('_ZN4shop8checkoutEi');
});
afterAll(() => program.remove());

const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error) => (error instanceof SymbolizerError ? error.code : error),
  );

describe('a store of symbol indexes', () => {
  let folder: string;
  let nowMs: number;
  let store: IndexStore;
  let number = 0;

  beforeEach(() => {
    folder = join(program.folder, `store-${number++}`);
    nowMs = 0;
    store = openIndexStore(folder, () => nowMs);
  });

  const names = async (asked = store, ...addresses: number[]) =>
    (await asked.resolve(buildId, addresses as LookupAddress[]))?.map(([frame]) => frame?.function ?? '?');

  test('names addresses in order, and says nothing of padding', async () => {
    await store.put(buildId, index);
    expect(await names(store, main, checkout, checkout + 2, main, main - 1, 0, 2 ** 52)).toEqual([
      'main',
      'shop::checkout(int)',
      'shop::checkout(int)',
      'main',
      '?',
      '?',
      '?',
    ]);
    expect(await names(store, checkout, main)).toEqual(['shop::checkout(int)', 'main']);
  });

  test('keeps one file per build ID, under its kind and first digits', async () => {
    expect(await store.has(buildId)).toBe(false);
    await store.put(buildId, index);
    const [kind, hex] = buildId.split(':') as [string, string];
    expect(readdirSync(join(folder, kind, hex.slice(0, 2)))).toEqual([`${hex}.strata-symbols`]);
    expect(readFileSync(join(folder, kind, hex.slice(0, 2), `${hex}.strata-symbols`))).toEqual(Buffer.from(index));
    expect(await store.has(buildId)).toBe(true);
  });

  test('refuses a damaged index, a cut one and one of another file, and keeps nothing of them', async () => {
    const damaged = index.slice();
    damaged[index.length >> 1]! ^= 1;
    expect(await code(store.put(buildId, damaged))).toBe('INVALID_INDEX');
    expect(await code(store.put(buildId, index.subarray(0, 100)))).toBe('INVALID_INDEX');
    expect(await code(store.put(buildId, new Uint8Array()))).toBe('INVALID_INDEX');
    expect(await code(store.put('gnu:00ff' as BuildId, index))).toBe('INVALID_INDEX');
    expect(await store.has(buildId)).toBe(false);
    expect(readdirSync(folder, { recursive: true }).filter((name) => String(name).includes('strata-symbols'))).toEqual(
      [],
    );
  });

  test('a good index stays when a bad one comes for the same build ID', async () => {
    await store.put(buildId, index);
    expect(await code(store.put(buildId, index.subarray(0, 100)))).toBe('INVALID_INDEX');
    expect(await names(store, main)).toEqual(['main']);
  });

  test.each(['gnu:../../etc', 'gnu:AB', 'gnu:a', 'elf:abcd', `gnu:${'a'.repeat(65)}`, '../../etc/passwd', ''])(
    '«%s» touches no path',
    async (text) => {
      expect(await code(store.has(text as BuildId))).toBe('INVALID_BUILD_ID');
      expect(await code(store.put(text as BuildId, index))).toBe('INVALID_BUILD_ID');
      expect(await code(store.resolve(text as BuildId, []))).toBe('INVALID_BUILD_ID');
    },
  );

  test('an index that another process writes is seen 10 s later at the latest', async () => {
    expect(await names(store, main)).toBeUndefined();
    await openIndexStore(folder).put(buildId, index);
    nowMs = 10_000;
    expect(await names(store, main)).toEqual(['main']);
  });

  test('a file that was damaged where it lies names nothing', async () => {
    await store.put(buildId, index);
    const [kind, hex] = buildId.split(':') as [string, string];
    writeFileSync(join(folder, kind, hex.slice(0, 2), `${hex}.strata-symbols`), index.subarray(0, 200));
    expect(await code(openIndexStore(folder).resolve(buildId, [main]))).toBe('INVALID_INDEX');
  });

  test('one of another version is as good as none, and is asked for again', async () => {
    await store.put(buildId, index);
    const [kind, hex] = buildId.split(':') as [string, string];
    const old = index.slice();
    new DataView(old.buffer).setUint32(8, 1, true);
    writeFileSync(join(folder, kind, hex.slice(0, 2), `${hex}.strata-symbols`), old);
    const later = openIndexStore(folder);
    expect(await later.has(buildId)).toBe(false);
    expect(await names(later, main)).toBeUndefined();
    await later.put(buildId, index);
    expect(await later.has(buildId)).toBe(true);
    expect(await names(later, main)).toEqual(['main']);
  });

  test('one that another process put while it was written is not replaced by a worse one', async () => {
    const debug = join(program.folder, 'with-lines');
    execFileSync('g++', ['-g', '-O1', '-o', debug, join(program.folder, 'shop.cpp')]);
    const id = (await describeElf(debug)).buildId;
    const [kind, hex] = id.split(':') as [string, string];
    execFileSync('objcopy', ['--strip-debug', debug, `${debug}.worse`]);
    const place = join(folder, kind, hex.slice(0, 2));
    const theirs = openIndexStore(join(program.folder, 'theirs'));
    await theirs.put(id, await buildIndex(debug));
    const worse = await buildIndex(`${debug}.worse`);
    const putting = store.put(id, worse);
    while (!existsSync(place) || !readdirSync(place).some((name) => name.endsWith('.tmp'))) await setImmediate();
    renameSync(
      join(program.folder, 'theirs', kind, hex.slice(0, 2), `${hex}.strata-symbols`),
      join(place, `${hex}.strata-symbols`),
    );
    expect(await putting).toBe(false);
    expect((await store.describe(id))?.statistics.source).toBe('dwarf');
    expect(await store.put(id, worse, true)).toBe(true);
    expect((await store.describe(id))?.statistics.source).toBe('symtab');
  });

  test('many askers and writers at once', async () => {
    const work = Array.from({ length: 40 }, (_, i) =>
      i % 4 === 0 ? store.put(buildId, index) : store.resolve(buildId, [main]),
    );
    await Promise.all(work);
    expect(await names(store, main)).toEqual(['main']);
  });
});
