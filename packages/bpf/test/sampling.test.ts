import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { describe, expect, test } from 'vitest';
import { type Drain, SamplerError, startSampler } from '../src/index.ts';
import { compileCallPath, countedIn, drainUntil, during, manyProcesses, namesIn, skip } from './kernel.ts';

const total = (values: Record<string, bigint>) => Object.values(values).reduce((sum, value) => sum + value, 0n);

function expectBalanced({ totals }: Drain) {
  expect(totals.kept + totals.idle + total(totals.dropped)).toBe(totals.events);
  expect(total(totals.outcomes)).toBe(totals.kept);
}

describe.skipIf(skip)('sampling this kernel', () => {
  test.each([
    ['bpf_loop', false],
    ['tail calls', true],
  ])('a known call path is walked exactly by %s, under its thread name', async (_, byTailCalls) => {
    const program = compileCallPath();
    const sampler = await startSampler({ frequencyHz: 499 }, { byTailCalls });
    const child = spawn(program);
    // Until its table is ready, the stacks of a program that was never seen say that they are cut off.
    const burningIn = (drains: readonly Drain[]) => {
      const stacks = new Map(drains.flatMap((drain) => drain.stacks).map((stack) => [stack.id, stack]));
      return drains.flatMap(({ counts }) =>
        [...counts.pid.keys()]
          .filter((row) => counts.pid[row] === child.pid)
          .map((row) => ({ thread: counts.threadName[row], stack: stacks.get(counts.userStack[row]!) }))
          .filter(({ stack }) => stack !== undefined && stack.outcome !== 'NO_TABLE')
          .map(({ thread, stack }) => ({
            thread,
            outcome: stack!.outcome,
            names: namesIn(program, stack!.addresses).filter((name) => name !== '?'),
          }))
          .filter(({ names }) => names[0] === 'burn'),
      );
    };
    const drains = await during([child], () => drainUntil(sampler, 200, (all) => burningIn(all).length > 2));
    await sampler.stop();

    const burning = burningIn(drains);
    expect(burning.length).toBeGreaterThan(0);
    for (const row of burning) {
      expect(row).toEqual({
        thread: 'known-path',
        outcome: 'COMPLETE',
        names: ['burn', 'inner', 'outer', 'main', '_start'],
      });
    }
  });

  test('every event is kept, idle or dropped for a reason, and every kept one is drained once, under load', async () => {
    const sampler = await startSampler({ frequencyHz: 999 });
    const drains = await during([manyProcesses(), manyProcesses()], () =>
      drainUntil(sampler, 100, (all) => all.length === 20),
    );
    await sampler.stop();
    for (const drain of drains) expectBalanced(drain);
    // Every CPU's clock is due 999 times a second, whatever became of it.
    const [first, last] = [drains[0]!, drains.at(-1)!];
    const dueTicks = (Number(last.toNs - first.toNs) / 1e9) * 999 * availableParallelism();
    expect(Number(last.totals.events - first.totals.events) / dueTicks).toBeCloseTo(1, 1);
    for (const [i, drain] of drains.slice(1).entries()) {
      const before = drains[i]!.totals;
      for (const name of ['events', 'kept', 'idle'] as const)
        expect(drain.totals[name]).toBeGreaterThanOrEqual(before[name]);
      for (const [name, value] of Object.entries(drain.totals.dropped)) {
        expect(value).toBeGreaterThanOrEqual(before.dropped[name as keyof typeof before.dropped]);
      }
    }
    // The counters are read after the counts were swapped: what was kept in between would be in the next drain.
    const kept = drains.at(-1)!.totals.kept;
    const counted = countedIn(drains);
    expect(counted).toBeGreaterThan(100n);
    expect(counted).toBeLessThanOrEqual(kept);
    expect(kept - counted).toBeLessThan(kept / 5n);
  });

  test('a full table and a full ring drop samples under their own names', async () => {
    for (const [reason, sizes] of [
      ['COUNTS_FULL', { countsEntries: 2, stackRingBytes: 1 << 20 }],
      ['STACK_RING_FULL', { countsEntries: 16_384, stackRingBytes: 4096 }],
    ] as const) {
      const sampler = await startSampler({ frequencyHz: 999 }, sizes);
      const full = (all: readonly Drain[]) => (all.at(-1)?.totals.dropped[reason] ?? 0n) > 0n;
      const drains = await during([manyProcesses(), manyProcesses()], () => drainUntil(sampler, 300, full));
      await sampler.stop();
      expect(drains.at(-1)!.totals.dropped[reason]).toBeGreaterThan(0n);
      for (const drain of drains) expectBalanced(drain);
      // A stack that found no room is not counted; every counted one was handed over.
      const known = new Set(drains.flatMap(({ stacks }) => stacks.map(({ id }) => id)));
      const named = drains.flatMap(({ counts }) => [...counts.userStack, ...counts.kernelStack]);
      expect(named.filter((id) => id !== 0n && !known.has(id))).toEqual([]);
    }
  });

  test('a short-lived process tells of its exec, its mappings with build IDs, and its exit, in order of time', async () => {
    const sampler = await startSampler({ frequencyHz: 99 });
    const program = '/bin/true';
    const { pid } = spawnSync(program);
    const drain = await sampler.drain();
    await sampler.stop();

    const notes = execFileSync('readelf', ['-n', program], { encoding: 'utf8' });
    const buildId = /Build ID: ([0-9a-f]+)/.exec(notes)![1];
    const events = drain.events.filter((event) => event.pid === pid);
    expect(events.map(({ kind }) => kind).filter((kind, i, all) => kind !== all[i - 1])).toEqual([
      'fork',
      'exec',
      'mmap',
      'exit',
    ]);
    expect(events).toContainEqual(expect.objectContaining({ kind: 'exec', command: 'true' }));
    expect(events).toContainEqual(
      expect.objectContaining({ kind: 'mmap', file: expect.stringMatching(/\/true$/), buildId }),
    );
    const times = drain.events.map(({ timeNs }) => timeNs);
    expect(times).toEqual(times.toSorted((a, b) => (a < b ? -1 : Number(a > b))));
  });

  test('a stopped sampler says so', async () => {
    const sampler = await startSampler({ frequencyHz: 99 });
    await sampler.stop();
    await expect(sampler.drain()).rejects.toMatchObject({ name: 'SamplerError', code: 'STOPPED' });
  });
});

test.each([0, 1000, 1.5, Number.NaN])('a frequency of %s Hz is refused', async (frequencyHz) => {
  const refused = startSampler({ frequencyHz });
  await expect(refused).rejects.toBeInstanceOf(SamplerError);
  await expect(refused).rejects.toMatchObject({
    code: 'INVALID_OPTIONS',
    message: expect.stringContaining('1 to 999'),
  });
});

test('the generated definitions are not stale', () => {
  const generator = new URL('../../../native/definitions/generate.ts', import.meta.url).pathname;
  const { status, stderr } = spawnSync(process.execPath, [generator, '--check'], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
