import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const LOG = join(import.meta.dirname, 'fixtures/log.ts');

test('one JSON line per event', () => {
  const { stdout } = spawnSync(process.execPath, [LOG], { encoding: 'utf8' });
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toMatchObject([
    { program: 'strata-test', level: 30, msg: 'one' },
    { program: 'strata-test', level: 40, msg: 'two', reason: 'none' },
  ]);
});

test('a program whose log is on a full disk goes on', () => {
  const full = openSync('/dev/full', 'w');
  const { status, stderr } = spawnSync(process.execPath, [LOG], {
    stdio: ['ignore', full, 'pipe'],
    encoding: 'utf8',
    timeout: 10_000,
  });
  closeSync(full);
  expect({ status, stderr }).toEqual({ status: 0, stderr: 'went on' });
});
