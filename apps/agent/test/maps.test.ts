import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readCodeMappings } from '../src/proc/maps.ts';

const folder = mkdtempSync(join(tmpdir(), 'strata-maps-'));
afterAll(() => rmSync(folder, { recursive: true }));

function mappingsOf(text: string) {
  const file = join(folder, 'maps');
  writeFileSync(file, text);
  return readCodeMappings(file);
}

describe('readCodeMappings', () => {
  test('keeps executable lines: files with spaces, deleted ones, anonymous memory, the vDSO', () => {
    const mappings = mappingsOf(`\
555000000000-555000001000 r--p 00000000 fe:00 12                         /usr/bin/a
555000001000-555000003000 r-xp 00001000 fe:00 12                         /usr/bin/a
7f0000000000-7f0000001000 r-xp 00002000 00:1f 99                         /tmp/my lib.so (deleted)
7f0000002000-7f0000003000 rwxp 00000000 00:00 0
7fff00000000-7fff00001000 r-xp 00000000 00:00 0                          [vdso]
7fff00001000-7fff00002000 rw-p 00000000 00:00 0                          [stack]
nonsense that says x
`);
    expect(
      mappings!.map(({ start, end, fileOffset, file, device, inode }) => [start, end, fileOffset, file, device, inode]),
    ).toEqual([
      [0x555000001000, 0x555000003000, 0x1000, '/usr/bin/a', 'fe:00', 12],
      [0x7f0000000000, 0x7f0000001000, 0x2000, '/tmp/my lib.so (deleted)', '00:1f', 99],
      [0x7f0000002000, 0x7f0000003000, 0, '', '00:00', 0],
      [0x7fff00000000, 0x7fff00001000, 0, '[vdso]', '00:00', 0],
    ]);
  });

  test('finds the one executable line behind 100,000 others, also when a line is cut by a chunk', () => {
    const line = (i: number, permissions: string) =>
      `${(0x7f0000000000 + i * 4096).toString(16)}-${(0x7f0000001000 + i * 4096).toString(16)} ${permissions} 00000000 00:00 0 \n`;
    const many = Array.from({ length: 100_000 }, (_, i) => line(i, 'rw-p')).join('');
    expect(mappingsOf(many + line(100_000, 'r-xp'))!.map(({ start }) => start)).toEqual([
      0x7f0000000000 + 100_000 * 4096,
    ]);
  });

  test('keeps at most 8,192 and says null when the process is gone', () => {
    const line = (i: number) => `${(i * 8192).toString(16)}-${(i * 8192 + 4096).toString(16)} r-xp 00000000 00:00 0 \n`;
    expect(mappingsOf(Array.from({ length: 20_000 }, (_, i) => line(i)).join(''))).toHaveLength(8_192);
    expect(readCodeMappings(join(folder, 'gone'))).toBeNull();
  });

  test('reads this very process', () => {
    const files = readCodeMappings('/proc/self/maps')!.map(({ file }) => file);
    expect(files).toContain('[vdso]');
    expect(files).toContain(process.execPath);
  });
});
