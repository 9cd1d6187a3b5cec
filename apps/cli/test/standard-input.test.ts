import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Assembled, assemble, DESCRIBED } from './assembled.ts';
import { printed, run, STRATA, strata } from './strata.ts';

let program: Assembled;
beforeAll(() => {
  program = assemble(DESCRIBED);
});
afterAll(() => program.remove());

/** Running, with a standard input that stays open until it is closed here. */
function started(...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [STRATA, 'unwind', program.path, ...args], { stdio: 'pipe' });
}

describe('the summary is printed', () => {
  const SUMMARY = /^machine +x86-64$/m;

  test('when standard input is /dev/null, is closed, or has no address', () => {
    expect(printed(['unwind', program.path])).toMatch(SUMMARY);
    expect(run('sh', ['-c', `exec "$0" "$1" unwind "$2" <&-`, process.execPath, STRATA, program.path]).stdout).toMatch(
      SUMMARY,
    );
    expect(printed(['unwind', program.path], '')).toMatch(SUMMARY);
    expect(printed(['unwind', program.path], '\n  \n')).toMatch(SUMMARY);
  });

  test('on a terminal, without waiting for anything to be typed', () => {
    const command = [process.execPath, STRATA, 'unwind', program.path].join(' ');
    expect(run('script', ['-qec', command, '/dev/null']).stdout.replaceAll('\r', '')).toMatch(SUMMARY);
  });

  test('after standard input is closed; until then it is said what is waited for', async () => {
    const child = started();
    const [hint] = await once(child.stderr!.setEncoding('utf8'), 'data');
    expect(hint).toBe('strata unwind: reading addresses from standard input; for the summary, add </dev/null.\n');
    child.stdin!.end();
    expect(await text(child.stdout!)).toMatch(SUMMARY);
  });
});

describe('addresses on standard input', () => {
  test('are answered one a line, however they are written', () => {
    const [saves, start] = [program.address('saves'), program.address('_start')];
    const lines = `${saves}\n\n  0x${start.toUpperCase()} \r\n0X0${saves}\nffffffffffffffff`;
    expect(printed(['unwind', program.path], lines)).toBe(
      [
        `0x${saves} cfa=rsp+8 ra=[cfa-8] rbp=same\n`,
        `0x${start} end-of-stack\n`,
        `0x${saves} cfa=rsp+8 ra=[cfa-8] rbp=same\n`,
        '0xffffffffffffffff no-rule\n',
      ].join(''),
    );
  });

  test('as JSON too', () => {
    expect(printed(['unwind', program.path, '--json'], `${program.address('saves')}\n1\n`)).toBe(
      [
        `{"address":"0x${program.address('saves')}","cfa":"rsp+8","ra":"[cfa-8]","rbp":"same"}\n`,
        '{"address":"0x1","end":"no-rule"}\n',
      ].join(''),
    );
  });

  test('may stand between others, and without one there is no answer', () => {
    const args = ['unwind', program.path, '--at', '1', '--at', '-', '--at', '3'];
    expect(printed(args, '2\n')).toBe('0x1 no-rule\n0x2 no-rule\n0x3 no-rule\n');
    expect(printed(['unwind', program.path, '--at', '-'], '')).toBe('');
  });

  test('are not read when all are given', async () => {
    const child = started('--at', '1');
    expect(await text(child.stdout!)).toBe('0x1 no-rule\n');
    child.stdin!.end();
  });

  test('are answered as they come', async () => {
    const child = started();
    for (const address of ['10', '20']) {
      child.stdin!.write(`${address}\n`);
      expect(String((await once(child.stdout!, 'data'))[0])).toBe(`0x${address} no-rule\n`);
    }
    child.stdin!.end();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test('are answered up to the line that is none', () => {
    expect(strata(['unwind', program.path], '1\n\n2\nmain\n3\n')).toEqual({
      stdout: '0x1 no-rule\n0x2 no-rule\n',
      stderr: 'strata unwind: Line 4 of standard input is not a hexadecimal address: "main".\n',
      code: 1,
    });
    const { stderr, code } = strata(['unwind', program.path], '\u001b[2J'.padEnd(5_000, '\0'));
    expect(stderr).toBe(
      `strata unwind: Line 1 of standard input is not a hexadecimal address: "?[2J${'?'.repeat(36)}".\n`,
    );
    expect(code).toBe(1);
    expect(strata(['unwind', program.path], '11112222333344445').code).toBe(1);
  });

  test('may be a hundred thousand, and take less than a second', () => {
    const first = Number.parseInt(program.address('_start'), 16);
    const lines = Array.from({ length: 100_000 }, (_, index) => `${(first + (index % 512)).toString(16)}\n`).join('');
    const timed = (input: string, answers: number) => {
      const start = performance.now();
      expect(printed(['unwind', program.path], input).split('\n').length - 1).toBe(answers);
      return performance.now() - start;
    };
    // Starting takes longer than answering, and other tests run meanwhile: the best of three counts.
    const took = Array.from({ length: 3 }, () => timed(lines, 100_000) - timed('1\n', 1));
    expect(Math.min(...took)).toBeLessThan(1_000);
  });

  test('end quietly when nobody reads the answers', () => {
    const script = `set -o pipefail; seq 200000 | "$0" "$1" unwind "$2" | head -n 1`;
    const { stdout, stderr } = run('bash', ['-c', script, process.execPath, STRATA, program.path]);
    expect({ stdout, stderr }).toEqual({ stdout: '0x1 no-rule\n', stderr: '' });
  });
});
