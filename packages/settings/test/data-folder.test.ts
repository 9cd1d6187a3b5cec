import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDataFolder, SettingsError } from '../src/index.ts';

const OPEN = join(import.meta.dirname, 'fixtures/open-data-folder.ts');
const NOBODY = 65_534;
let parent: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'strata-folder-'));
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

/** In a process of its own, which can be ended if it hangs and, started by root, has nobody's rights. */
function objection(folder: string, rights: { uid?: number } = {}): string {
  const { stdout, stderr, signal } = spawnSync(process.execPath, [OPEN, folder], {
    encoding: 'utf8',
    timeout: 10_000,
    ...rights,
  });
  return signal ? `It was ended by ${signal}.` : stdout.trim() + stderr.trim();
}

describe('a data folder', () => {
  test('is made with all folders above it, readable by its owner alone, and may be opened again', () => {
    const folder = join(parent, 'a/b');
    openDataFolder(folder);
    openDataFolder(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(folder, 'version'), 'utf8')).toBe('1\n');
  });

  test('whose version was not written to its end gets it again', () => {
    writeFileSync(join(parent, 'version'), '');
    openDataFolder(parent);
    expect(readFileSync(join(parent, 'version'), 'utf8')).toBe('1\n');
  });
});

describe('one sentence, at once, refuses', () => {
  test.each(['/proc/nope', '/proc/nope/deeper', '/dev/null', '/dev/null/deeper'])('%s', (folder) => {
    const sentence = objection(folder);
    expect(sentence).toMatch(/^The data folder [^\n]+ cannot be written: [^\n]+; choose another by STRATA_DATA\.$/);
    expect(sentence).toContain(folder);
  });

  test('a file where the folder should be', () => {
    writeFileSync(join(parent, 'file'), '');
    expect(objection(join(parent, 'file'))).toMatch(
      /^The data folder .*file cannot be written: EEXIST: file already exists/,
    );
  });

  test.each(['with a version', 'without one'])('a folder %s that may only be read', (which) => {
    const folder = join(parent, 'mine');
    mkdirSync(folder);
    if (which === 'with a version') writeFileSync(join(folder, 'version'), '1\n');
    chmodSync(parent, 0o755);
    chmodSync(folder, 0o555);
    const rights = process.getuid!() === 0 ? { uid: NOBODY } : {};
    expect(objection(folder, rights)).toMatch(/^The data folder .*mine cannot be written: EACCES/);
  });

  test('a data folder of a newer version', () => {
    writeFileSync(join(parent, 'version'), '2\n');
    expect(() => openDataFolder(parent)).toThrow(SettingsError);
    expect(() => openDataFolder(parent)).toThrow(/ has version 2, newer than the 1 this Strata knows/);
  });

  test('a folder whose version is another program’s', () => {
    writeFileSync(join(parent, 'version'), 'v12.3 of something\n');
    expect(() => openDataFolder(parent)).toThrow(/ that is not Strata’s: choose another folder by STRATA_DATA\.$/);
  });
});
