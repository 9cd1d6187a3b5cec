import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DebugFileError, readDebugContent, readDebugPointers } from '../src/elf/index.ts';
import { compileProgram, type Program } from './programs.ts';

let folder: string;
let program: Program;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'strata-elf-'));
  program = compileProgram(folder, 'elf');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const kindOf = async (path: string) => (await readDebugContent(path)).kind;

describe('what a file has to give', () => {
  test('is told by its sections', async () => {
    expect(await kindOf(program.full)).toBe('dwarf');
    expect(await kindOf(program.debug)).toBe('dwarf');
    expect(await kindOf(program.symbolsOnly)).toBe('symtab');
    expect(await kindOf(program.stripped)).toBe('dynsym');
    expect((await readDebugPointers(program.stripped)).link).toBe('elf.debug');
    expect((await readDebugPointers(program.full)).link).toBeNull();
  });

  test('compressed sections say what they unpack to, as readelf does', async () => {
    const packed = join(folder, 'packed');
    const zeros = join(folder, 'zeros');
    writeFileSync(zeros, Buffer.alloc(8 << 20));
    execFileSync('objcopy', ['--add-section', `.debug_zeros=${zeros}`, program.full, packed]);
    const plain = (await readDebugContent(packed)).unpackedBytes;
    execFileSync('objcopy', ['--compress-debug-sections=zlib', packed]);
    expect(readFileSync(packed).length).toBeLessThan(1 << 20);
    expect((await readDebugContent(packed)).unpackedBytes).toBeGreaterThan(8 << 20);
    expect(Math.abs((await readDebugContent(packed)).unpackedBytes - plain)).toBeLessThan(4096);
  });

  test('what is no ELF file, or has no names, is refused in a sentence', async () => {
    const text = join(folder, 'text');
    writeFileSync(text, 'just a text, and longer than the header of an ELF file so that it is looked at');
    await expect(readDebugContent(text)).rejects.toThrow('The file is no ELF file.');
    const bare = join(folder, 'bare');
    execFileSync('objcopy', ['-O', 'elf64-x86-64', '-I', 'binary', text, bare]);
    execFileSync('strip', [bare]);
    await expect(readDebugContent(bare)).rejects.toThrow('The file has no names');
  });

  test('a damaged file is refused or read, and never anything else', async () => {
    const whole = readFileSync(program.full);
    const damaged = join(folder, 'damaged');
    const byte = fc.tuple(
      fc.oneof(fc.nat(63), fc.integer({ min: whole.length - 4096, max: whole.length - 1 })),
      fc.nat(255),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(byte, { minLength: 1, maxLength: 8 }), fc.nat(whole.length), async (bytes, end) => {
        const copy = Buffer.from(whole.subarray(0, end % 3 === 0 ? end : whole.length));
        for (const [at, value] of bytes) if (at < copy.length) copy[at] = value;
        writeFileSync(damaged, copy);
        await readDebugContent(damaged).catch((error) => expect(error).toBeInstanceOf(DebugFileError));
      }),
      { numRuns: 300 },
    );
  });
});
