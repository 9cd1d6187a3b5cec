import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildIndex,
  describeElf,
  loadJitDump,
  loadKernelSymbols,
  loadPerfMap,
  SymbolizerError,
} from '@strata/symbolizer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileProgram, type Program } from './programs.ts';

let program: Program;
beforeAll(() => {
  program = compileProgram();
});
afterAll(() => program.remove());

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error) => (error instanceof SymbolizerError ? error.code : error),
  );

describe('an ELF file', () => {
  test('has its GNU build ID and its executable segment', async () => {
    const notes = execFileSync('readelf', ['-n', program.path], { encoding: 'utf8' });
    const { buildId, isGo, segments } = await describeElf(program.path);
    expect(buildId).toBe(`gnu:${/Build ID: (\w+)/.exec(notes)![1]}`);
    expect(isGo).toBe(false);
    const main = program.address('main');
    expect(segments.filter((s) => main >= s.virtualAddress && main < s.virtualAddress + s.fileSize)).toHaveLength(1);
  });

  test('or is refused with a code', async () => {
    const script = join(program.folder, 'script');
    writeFileSync(script, '#!/bin/sh\n');
    const pipe = join(program.folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(await failure(describeElf(script))).toBe('NOT_ELF');
    expect(await failure(describeElf(join(program.folder, 'absent')))).toBe('UNREADABLE');
    expect(await failure(describeElf(program.folder))).toBe('UNREADABLE');
    expect(await failure(describeElf(pipe))).toBe('UNREADABLE');
    expect(await failure(buildIndex('/dev/zero'))).toBe('UNREADABLE');
  });
});

describe('kallsyms', () => {
  test('names this kernel’s functions', async () => {
    const line = readFileSync('/proc/kallsyms', 'utf8')
      .split('\n')
      .find((text) => / T do_syscall_64$/.test(text) || / T invoke_syscall$/.test(text));
    const address = BigInt(`0x${line!.split(' ')[0]}`);
    if (address === 0n) {
      expect(await failure(loadKernelSymbols())).toBe('KALLSYMS_RESTRICTED');
      return;
    }
    const symbols = await loadKernelSymbols();
    expect(symbols.resolve(address)).toEqual({ function: line!.split(' ')[2], module: '' });
    expect(symbols.resolve(0x1000n)).toBeNull();
  });

  test('without addresses has an error of its own', async () => {
    const file = join(program.folder, 'kallsyms');
    writeFileSync(file, '0000000000000000 T schedule\n');
    expect(await failure(loadKernelSymbols(file))).toBe('KALLSYMS_RESTRICTED');
  });
});

test('a perf map: the last entry wins, a torn line is left out', async () => {
  const file = join(program.folder, 'perf-1.map');
  writeFileSync(file, '1000 100 LazyCompile:*old a.js:1\n1040 20 JS:*new b.js:2\n2000 10 to');
  const map = await loadPerfMap(file);
  expect([0x1000n, 0x1040n, 0x1060n, 0x1100n, 0x2000n].map((address) => map.resolve(address))).toEqual([
    'LazyCompile:*old a.js:1',
    'JS:*new b.js:2',
    'LazyCompile:*old a.js:1',
    null,
    null,
  ]);
});

test('what is no dump of a JIT has no names', async () => {
  const file = join(program.folder, 'jit-1.dump');
  writeFileSync(file, 'DTiJ\x01');
  expect((await loadJitDump(file)).resolve(0x1000n)).toBeNull();
  expect(await failure(loadJitDump('/absent'))).toBe('UNREADABLE');
});
