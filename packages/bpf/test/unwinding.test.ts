import { spawn } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { type Drain, type SampledStack, startSampler } from '../src/index.ts';
import { compile, drainUntil, during, namesIn, skip } from './kernel.ts';

/** The stacks of one process, leaf first, once its tables were ready. */
async function stacksOf(source: string, flags: readonly string[], args: readonly string[], byTailCalls = false) {
  const program = compile(source, flags);
  const sampler = await startSampler({ frequencyHz: 499 }, { byTailCalls });
  const child = spawn(program, args);
  const drains = await during([child], () =>
    drainUntil(sampler, 200, (all) =>
      stacksIn(all, child.pid!).some(({ addresses }) => namesIn(program, addresses)[0] === 'burn'),
    ),
  );
  await sampler.stop();
  return stacksIn(drains, child.pid!).map(({ outcome, addresses }) => ({
    outcome,
    names: namesIn(program, addresses),
  }));
}

function stacksIn(drains: readonly Drain[], pid: number) {
  const stacks = new Map(drains.flatMap((drain) => drain.stacks).map((stack) => [stack.id, stack]));
  const ids = drains.flatMap(({ counts }) => [...counts.userStack].filter((_, row) => counts.pid[row] === pid));
  return [...new Set(ids)]
    .map((id) => stacks.get(id))
    .filter((stack) => stack !== undefined && stack.outcome !== 'NO_TABLE') as SampledStack[];
}

const known = (names: readonly string[]) => names.filter((name) => name !== '?').join(' ');

describe.skipIf(skip)('stacks of programs without frame pointers', () => {
  const flags = ['-O2', '-fomit-frame-pointer', '-fno-optimize-sibling-calls', '-fno-ipa-cp', '-no-pie', '-pthread'];

  test.each([
    ['alloca on a realigned stack', ['alloca'], 'burn with_alloca with_realigned_stack main _start'],
    ['a signal handler on a stack of its own', ['signal'], 'burn handler interrupted on_other_stack main _start'],
    ['a callback out of libc', ['callback'], 'burn compare called_back main _start'],
    ['a thread', ['thread'], 'burn in_thread'],
  ])('%s', async (_, args, path) => {
    const stacks = await stacksOf('hard-stacks.c', flags, args);
    const burning = stacks.filter(({ names }) => names[0] === 'burn');
    expect(burning.length).toBeGreaterThan(0);
    for (const { outcome, names } of burning) expect([outcome, known(names)]).toEqual(['COMPLETE', path]);
  });

  test.each([
    [400, 'COMPLETE', 400, false],
    [400, 'COMPLETE', 400, true],
    [700, 'TRUNCATED', 511, false],
    [700, 'TRUNCATED', 511, true],
  ])('%i frames of recursion: %s', async (depth, outcome, recursions, byTailCalls) => {
    const stacks = await stacksOf('hard-stacks.c', flags, ['recursion', String(depth)], byTailCalls);
    const burning = stacks.filter(({ names }) => names[0] === 'burn');
    expect(burning.length).toBeGreaterThan(0);
    for (const stack of burning) {
      expect(stack.outcome).toBe(outcome);
      expect(stack.names.filter((name) => name === 'recurse').length).toBeGreaterThanOrEqual(recursions);
      expect(stack.names.length).toBeLessThanOrEqual(512);
    }
  });

  test('the tables stay within what the kernel may hold, and what leaves makes room', async () => {
    const idle = await startSampler({ frequencyHz: 99 });
    const { bytes } = idle.tables();
    await idle.stop();
    const sampler = await startSampler({ frequencyHz: 999 }, { kernelBytes: bytes + (300 << 10) });
    const programs = [spawn('sh', ['-c', 'while :; do ls / >/dev/null; od -c /bin/sh >/dev/null; done'])];
    await during(programs, () => drainUntil(sampler, 200, () => sampler.tables().evicted > 1));
    const tables = sampler.tables();
    await sampler.stop();
    expect(tables.evicted).toBeGreaterThan(1);
    expect(tables.bytes).toBeLessThanOrEqual(tables.bytesMost);
    const libc = tables.files.find(({ path }) => /\/libc\.so/.test(path))!;
    expect(libc.rows).toBeGreaterThan(10_000);
    expect(libc.bytes / libc.rows).toBeLessThan(5);
  });
});
