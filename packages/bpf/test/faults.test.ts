// What must not hurt the sampler: full tables and rings (sampling.test.ts), processes that take their memory away, files made to
// break whoever reads them, tables that cannot be.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Drain, type Sampler, startSampler } from '../src/index.ts';
import { drainUntil, skip } from './kernel.ts';
import { ProcessStacks } from './process-stacks.ts';

const total = (values: Record<string, bigint>) => Object.values(values).reduce((sum, value) => sum + value, 0n);

function expectBalanced({ totals }: Drain) {
  expect(totals.kept + totals.idle + total(totals.dropped)).toBe(totals.events);
  expect(total(totals.outcomes)).toBe(totals.kept);
}

let folder: string;
let lives: string;
const children: ChildProcess[] = [];

function start(...args: readonly string[]): ChildProcess {
  // A process group of its own, so that its children end with it.
  const child = spawn(lives, args, { stdio: 'ignore', detached: true });
  children.push(child);
  return child;
}

/** A file of the given size that begins with an ELF header and these changes to it. */
function elfWith(
  name: string,
  bytes: number,
  changes: readonly (readonly [at: number, value: bigint, width: 2 | 4 | 8])[],
) {
  const path = join(folder, name);
  const header = Buffer.from(readFileSync(lives).subarray(0, 4096));
  for (const [at, value, width] of changes) {
    if (width === 8) header.writeBigUInt64LE(value, at);
    else header.writeUIntLE(Number(value), at, width);
  }
  const file = openSync(path, 'w');
  writeSync(file, header);
  ftruncateSync(file, bytes);
  closeSync(file);
  return path;
}

describe.skipIf(skip)('faults', () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'strata-faults-'));
    lives = join(folder, 'lives');
    const flags = ['-O1', '-fomit-frame-pointer', '-fno-optimize-sibling-calls', '-fno-inline'];
    execFileSync('gcc', [...flags, '-o', lives, join(import.meta.dirname, 'programs', 'lives.c')]);
  });
  afterEach(() => {
    for (const { pid } of children.splice(0)) process.kill(-pid!, 'SIGKILL');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function withSampler(sizes: Parameters<typeof startSampler>[1], work: (sampler: Sampler) => Promise<void>) {
    const sampler = await startSampler({ frequencyHz: 999 }, sizes);
    try {
      await work(sampler);
    } finally {
      await sampler.stop();
    }
  }

  test('processes that unmap their whole address space while they are sampled', () =>
    withSampler({}, async (sampler) => {
      start('unmap');
      start('unmap');
      const drains = await drainUntil(sampler, 100, (all) => all.length === 30);
      for (const drain of drains) expectBalanced(drain);
      const { totals } = drains.at(-1)!;
      expect(totals.outcomes.COMPLETE).toBeGreaterThan(500n);
      const { pid } = start();
      await new ProcessStacks(sampler, pid!).burning('burn part main _start');
    }));

  test('hostile files that a running process has mapped as code', () =>
    withSampler({}, async (sampler) => {
      const SECTIONS_AT = 40;
      const SEGMENTS_AT = 32;
      const hostile = [
        elfWith('cut-off', 70, []),
        elfWith('sparse', 2 ** 30, [
          [SECTIONS_AT, 2n ** 30n - 4096n, 8],
          [60, 0xffffn, 2],
        ]),
        elfWith('beyond', 8192, [
          [SECTIONS_AT, 2n ** 64n - 64n, 8],
          [SEGMENTS_AT, 2n ** 63n, 8],
        ]),
        elfWith('many-segments', 2 ** 24, [[56, 0xffffn, 2]]),
        elfWith('huge', 2 ** 40, [[SECTIONS_AT, 2n ** 39n, 8]]),
      ];
      writeFileSync(join(folder, 'text'), 'No program at all. '.repeat(400));
      hostile.push(join(folder, 'text'));
      const before = process.memoryUsage.rss();
      const running = hostile.map((path) => start('map', path));
      const known = () => sampler.tables().files.filter(({ path }) => hostile.includes(path));
      const stacks = new ProcessStacks(sampler, running[0]!.pid!);
      for (let turn = 0; turn < 100 && (turn < 10 || known().length < hostile.length); turn++) {
        await sleep(100);
        await stacks.next();
      }
      for (const drain of stacks.drains) expectBalanced(drain);
      expect(
        known()
          .map(({ path }) => path)
          .toSorted(),
      ).toEqual(hostile.toSorted());
      for (const { path, rows, failure } of known()) expect([path, rows > 100 || failure !== '']).toEqual([path, true]);
      expect((process.memoryUsage.rss() - before) / 2 ** 20).toBeLessThan(200);
      await stacks.burning('burn part map_as_code main _start');
    }));

  test('a file that is cut off while its table is built', () =>
    withSampler({}, async (sampler) => {
      const [whole, path] = [readFileSync(process.execPath), join(folder, 'shrinking')];
      for (let turn = 0; turn < 5; turn++) {
        rmSync(path, { force: true });
        writeFileSync(path, whole);
        start('map', path);
        await sleep(5 * turn);
        const file = openSync(path, 'r+');
        ftruncateSync(file, 4096);
        closeSync(file);
      }
      const { pid } = start();
      await new ProcessStacks(sampler, pid!).burning('burn part main _start');
      expectBalanced(await sampler.drain());
    }));

  test('a table that is larger than all tables may be is refused, and said', async () => {
    const idle = await startSampler({ frequencyHz: 99 });
    const { bytes } = idle.tables();
    await idle.stop();
    await withSampler({ kernelBytes: bytes + (64 << 10) }, async (sampler) => {
      const { pid } = start();
      const isSaid = () =>
        sampler.tables().files.some(({ path, failure }) => /\/libc\.so/.test(path) && failure !== '');
      const stacks = new ProcessStacks(sampler, pid!);
      spawn('od', ['-c', process.execPath], { stdio: 'ignore', timeout: 5_000 });
      for (let turn = 0; turn < 60 && !isSaid(); turn++) {
        await sleep(100);
        await stacks.next();
      }
      const libc = sampler.tables().files.find(({ path }) => /\/libc\.so/.test(path))!;
      expect(libc.failure).toMatch(/^its table takes \d+ bytes, and all tables together may take \d+$/);
      expect(libc.bytes).toBe(0);
      // Every stack begins in libc: none can be whole, and frame pointers must not be taken for right instead.
      await stacks.next();
      const ways: string[] = [];
      for (let turn = 0; turn < 40 && !ways.includes('NO_TABLE'); turn++) {
        await sleep(100);
        ways.push(...(await stacks.next()).map(({ outcome }) => outcome));
      }
      expect(ways).toContain('NO_TABLE');
      expect(ways).not.toContain('COMPLETE');
      for (const drain of stacks.drains) expectBalanced(drain);
      expect(sampler.tables().bytes).toBeLessThanOrEqual(sampler.tables().bytesMost);
    });
  });
});
