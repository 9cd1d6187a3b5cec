import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const PROGRAM = join(import.meta.dirname, 'fixtures/program.ts');

/** Runs the program until it ends; sends `signal` as soon as it starts. */
async function run(start: string, signal?: NodeJS.Signals) {
  const child = spawn(process.execPath, [PROGRAM, start], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
    if (signal && String(chunk).includes('starting')) child.kill(signal);
  });
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const [code, endedBy] = await once(child, 'close');
  return { code, endedBy, said: said.trim().split('\n') };
}

test.each([
  ['at once', 'SIGTERM', ['starting', 'stopped']],
  ['slowly', 'SIGTERM', ['starting', 'stopped']],
  ['slowly', 'SIGINT', ['starting', 'stopped']],
  // It sleeps for a minute, longer than this test may take.
  ['never', 'SIGTERM', ['starting']],
  ['never', 'SIGINT', ['starting']],
  ['not after a while', 'SIGTERM', ['starting']],
] as const)(
  'a program that starts %s ends with exit code 0 after %s',
  async (start, signal, said) => {
    expect(await run(start, signal)).toEqual({ code: 0, endedBy: null, said });
  },
  30_000,
);

test('a start that fails by itself says so in one sentence', async () => {
  expect(await run('not after a while')).toMatchObject({ code: 1, said: ['starting', 'ClickHouse is not there.'] });
  expect(await run('not with these settings')).toMatchObject({
    code: 78,
    said: ['starting', 'STRATA_X=1 cannot be used.'],
  });
});

test('an error that nobody caught ends the program with one sentence as its last line', async () => {
  const { code, said } = await run('and makes a mistake later');
  expect(code).toBe(1);
  expect(said).toContain('TypeError: x is not a function');
  expect(said.at(-1)).toBe('It made a mistake: x is not a function');
});
