// Where other profilers were seen to fail on this kernel. What can be tried without one: native/crates/replay/cases
// (return-after-pops, frame-on-rbx, change-of-stacks, goroutine-behind-morestack), native/crates/unwind/tests; deep stacks that
// keep their root: unwinding.test.ts.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Sampler, startSampler } from '../src/index.ts';
import { during, skip } from './kernel.ts';
import { ProcessStacks } from './process-stacks.ts';

describe.skipIf(skip)('traps of the domain', () => {
  let lives: string;
  let sampler: Sampler;

  beforeAll(async () => {
    lives = join(mkdtempSync(join(tmpdir(), 'strata-traps-')), 'lives');
    const flags = ['-O1', '-fomit-frame-pointer', '-fno-optimize-sibling-calls', '-fno-inline'];
    execFileSync('gcc', [...flags, '-o', lives, join(import.meta.dirname, 'programs', 'lives.c')]);
    sampler = await startSampler({ frequencyHz: 499 });
    const known = spawn(lives);
    await during([known], () => new ProcessStacks(sampler, known.pid!).burning('burn part main _start'));
  });
  afterAll(() => sampler?.stop());

  test('an unknown process, and a library that is just being loaded: the first samples are whole', async () => {
    for (let run = 0; run < 10; run++) {
      const child = spawn(lives);
      const seen = await during([child], async () => {
        await sleep(60);
        return new ProcessStacks(sampler, child.pid!).next();
      });
      // Node's own child, before its exec, has no code of V8's: that is not inherited.
      const own = seen.filter(({ thread }) => thread === 'lives');
      expect(own.length).toBeGreaterThan(0);
      for (const { outcome } of own) expect(['COMPLETE', 'EXITING']).toContain(outcome);
    }
  });

  test('a file that is mapped twice', async () => {
    const child = spawn(lives, ['map', lives]);
    await during([child], () => new ProcessStacks(sampler, child.pid!).burning('burn part map_as_code main _start'));
  });

  test('stack memory that was paged out: what can be read is kept, and says why it ends', async () => {
    const child = spawn(lives, ['paged-out']);
    const seen = await during([child], async () => {
      await sleep(500);
      return new ProcessStacks(sampler, child.pid!).next();
    });
    const burning = seen.filter(({ path }) => path.startsWith('burn part'));
    expect(burning.length).toBeGreaterThan(5);
    for (const { outcome, path } of burning) {
      expect(outcome).toBe('READ_FAULT');
      expect(path).toMatch(/^burn part page_out_above( go_deep){4,9}$/);
    }
  });

  test('a process with as many mappings as the kernel lets it have', async () => {
    const most = Number(readFileSync('/proc/sys/vm/max_map_count', 'utf8'));
    const child = spawn(lives, ['map-many', String(most - 200)]);
    await during([child], async () => {
      await new ProcessStacks(sampler, child.pid!).burning('burn part map_many main _start');
      expect(readFileSync(`/proc/${child.pid}/maps`, 'utf8').split('\n').length).toBeGreaterThan(most - 400);
    });
  });

  test('a sample in a process that ends is of an outcome of its own', async () => {
    const before = (await sampler.drain()).totals.outcomes;
    const child = spawn(lives, ['many', '200', '4', '/bin/true'], { stdio: 'ignore' });
    await during([child], () => sleep(4_500));
    const { outcomes } = (await sampler.drain()).totals;
    const since = (outcome: keyof typeof outcomes) => Number(outcomes[outcome] - before[outcome]);
    expect(since('EXITING')).toBeGreaterThan(5);
    const broken = since('NO_RULE') + since('NOT_ABOVE') + since('READ_FAULT') + since('NOT_CODE');
    // What the machine runs besides is among them.
    expect(broken).toBeLessThanOrEqual(Math.max(3, 0.005 * (since('COMPLETE') + broken)));
  });
});
