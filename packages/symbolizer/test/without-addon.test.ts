import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const repository = join(import.meta.dirname, '../../..');
let folder: string;

/** A copy of the package beside which there is no addon, as on a machine without Rust. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'strata-without-addon-'));
  mkdirSync(join(folder, 'node_modules/@strata'), { recursive: true });
  cpSync(join(repository, 'packages/symbolizer/src'), join(folder, 'src'), { recursive: true });
  symlinkSync(join(repository, 'packages/profile'), join(folder, 'node_modules/@strata/profile'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const SCRIPT = `
  import { openIndexStore, nameFrames, describeElf } from './src/index.ts';
  const store = openIndexStore('store');
  const outcome = (promise) => promise.then(() => 'done', ({ code, message }) => code + ': ' + message);
  const frames = [{ kind: 'native', mapping: { buildId: 'gnu:aa01', file: '/srv/shop' }, address: 1 }];
  const stacks = { frames, parent: new Int32Array(0), frame: new Uint32Array(0) };
  const { names, unresolved } = await nameFrames({ stacks, value: new Float64Array(0) }, store);
  console.log(JSON.stringify({
    resolve: await outcome(store.resolve('gnu:aa01', [1])),
    put: await outcome(store.put('gnu:aa01', new Uint8Array(10))),
    describe: (await outcome(describeElf('/bin/true'))).split(':')[0],
    has: await store.has('gnu:aa01'),
    name: names.functions.name[0],
    reason: unresolved.get('gnu:aa01').reason,
  }));
`;

test('everything says that the addon is missing, nothing is stored, and frames have their file', () => {
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', SCRIPT], { cwd: folder });
  const sentence = expect.stringMatching(/^ADDON_MISSING: The native addon is not built.*npm start again\.$/);
  expect(JSON.parse(printed.toString())).toEqual({
    resolve: sentence,
    put: sentence,
    describe: 'ADDON_MISSING',
    has: false,
    name: '[shop]',
    reason: 'ADDON_MISSING',
  });
  expect(existsSync(join(folder, 'store'))).toBe(false);
});
