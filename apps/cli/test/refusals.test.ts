import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Assembled, assemble, DESCRIBED } from './assembled.ts';
import { run, STRATA, strata } from './strata.ts';

const repository = join(import.meta.dirname, '../../..');
let program: Assembled;
beforeAll(() => {
  program = assemble(DESCRIBED);
});
afterAll(() => program.remove());

/** A file of these bytes beside the program. */
function file(name: string, bytes: Uint8Array | string): string {
  const path = join(program.folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** Code 1 and one sentence. */
function failure(...args: readonly string[]): string {
  const { stdout, stderr, code } = strata(['unwind', ...args]);
  expect({ stdout, code }).toEqual({ stdout: '', code: 1 });
  expect(stderr).toMatch(/^strata unwind: [^\n]+\.\n$/);
  return stderr.slice('strata unwind: '.length, -1);
}

/** Code 2, one sentence and the usage. */
function misunderstood(...args: readonly string[]): string {
  const { stdout, stderr, code } = strata(args);
  expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
  const [sentence, empty, usage] = stderr.split('\n');
  expect(empty).toBe('');
  expect(usage).toMatch(/^usage: strata /);
  return sentence!;
}

describe('a file is refused that', () => {
  test('cannot be read', () => {
    expect(failure('/absent')).toBe('/absent: The file cannot be read: no such file or directory.');
    expect(failure(program.folder)).toBe(`${program.folder}: It is not a regular file.`);
    expect(failure('/dev/zero')).toBe('/dev/zero: It is not a regular file.');
    const pipe = join(program.folder, 'pipe');
    run('mkfifo', [pipe]);
    expect(failure(pipe)).toBe(`${pipe}: It is not a regular file.`);
  });

  test('is no ELF file, or one of a kind that is not read', () => {
    const script = file('script', '#!/bin/sh\n');
    expect(failure(script)).toBe(`${script}: The file does not start as an ELF file does.`);
    expect(failure(file('empty', ''))).toContain('The file does not start as an ELF file does.');
    const other = readFileSync(program.path);
    other[4] = 1;
    expect(failure(file('of-32-bit', other))).toContain('only 64 bit little endian ones are read.');
  });

  test('is cut off, wherever', () => {
    const whole = readFileSync(program.path);
    for (const length of [16, 63, 64, 200, 0x1008, whole.length - 1]) {
      const path = file('cut', whole.subarray(0, length));
      expect(failure(path)).toMatch(
        new RegExp(`^${path}: The file is cut off: its headers speak of \\d+ bytes, and it has ${length}\\.$`),
      );
    }
  });
});

test('what --at was given must be an address of 64 bits', () => {
  for (const text of ['', 'main', '0x', '12 34', '0x11112222333344445'])
    expect(failure(program.path, '--at', text)).toBe(`What --at was given is not a hexadecimal address: "${text}".`);
});

test('what is not understood is answered by the usage', () => {
  expect(misunderstood()).toBe('strata: Say what to do.');
  expect(misunderstood('rewind')).toBe('strata: There is no command "rewind".');
  expect(misunderstood('--json')).toBe('strata: There is no command "--json".');
  expect(misunderstood('unwind')).toBe('strata unwind: Name a file.');
  expect(misunderstood('unwind', 'a', 'b')).toBe('strata unwind: Name one file only.');
  expect(misunderstood('unwind', 'a', '--frob')).toBe("strata unwind: Unknown option '--frob'.");
  expect(misunderstood('unwind', 'a', '--at')).toBe("strata unwind: Option '--at <value>' argument missing.");
  expect(misunderstood('unwind', 'a', '--at', '-1')).toBe("strata unwind: Option '--at' argument is ambiguous.");
});

test('--help is answered on standard output', () => {
  for (const args of [['--help'], ['-h']])
    expect(strata(args)).toMatchObject({
      stdout: expect.stringMatching(/^usage: strata COMMAND[\s\S]*\n {2}unwind /),
      code: 0,
    });
  for (const args of [
    ['unwind', '--help'],
    ['unwind', 'a', '-h'],
  ])
    expect(strata(args)).toMatchObject({ stdout: expect.stringMatching(/^usage: strata unwind .*FILE\n/), code: 0 });
});

describe('the program', () => {
  test('is run by npx on the Node of the repository, whatever the machine’s', () => {
    const machine = process.env.PATH!.split(':').filter((folder) => !folder.includes('node_modules'));
    const { stdout, code } = run('env', ['-C', repository, `PATH=${machine.join(':')}`, 'npx', 'strata', '--help']);
    expect({ stdout, code }).toEqual({ stdout: strata(['--help']).stdout, code: 0 });
  });

  test('says so when Node is too old', () => {
    const older = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.1.0' } })`;
    expect(run(process.execPath, ['--import', `data:text/javascript,${older}`, STRATA])).toEqual({
      stdout: '',
      stderr:
        'strata runs on Node 24 or later and this is 20.1.0: type npx strata in the repository, which takes the one installed there.\n',
      code: 1,
    });
  });

  test('says so when the addon is not built', () => {
    cpSync(join(repository, 'apps/cli'), join(program.folder, 'cli'), { recursive: true });
    const copy = join(program.folder, 'cli/bin/strata.mjs');
    expect(run(process.execPath, [copy, 'unwind', program.path])).toEqual({
      stdout: '',
      stderr: 'strata unwind: The native addon is not built: install Rust and run npm start.\n',
      code: 1,
    });
  });

  test('says so when the answer cannot be written', () => {
    const script = `exec "$0" "$1" unwind "$2" --at 1 >/dev/full`;
    expect(run('sh', ['-c', script, process.execPath, STRATA, program.path])).toMatchObject({
      stderr: expect.stringMatching(/^strata unwind: The answer cannot be written: ENOSPC[^\n]*\.\n$/),
      code: 1,
    });
  });
});
