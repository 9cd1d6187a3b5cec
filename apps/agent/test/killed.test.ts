// An agent that is killed at any moment, with the real sampler, and started again.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSampler } from '@strata/bpf';
import { expect, test } from 'vitest';
import { CollectorStub, eventually } from './collector-stub.ts';

const HZ = 99;
const KILLS = 4;
const GAUGES = /^(spool\.(bytes|batches)|processes|kernel\.bytes|tables\.(built|failed))$/;

const reason = await startSampler({ frequencyHz: HZ }).then(
  (sampler) => sampler.stop().then(() => ''),
  (error: Error) => error.message,
);
const skip = reason !== '' && process.env.CI !== 'true';
if (skip) console.log(`skipped: ${reason}`);

test.skipIf(skip)('killed and started again: nothing is doubled and no counter goes backwards', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'strata-killed-'));
  const collector = new CollectorStub(17_446);
  await collector.start();
  const burning = [1, 2].map(() => spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' }));
  const startedAt = Date.now();
  let agent: ChildProcess | null = null;
  const start = () =>
    spawn(process.execPath, [join(import.meta.dirname, 'fixtures', 'quick-agent.ts')], {
      stdio: 'ignore',
      env: {
        ...process.env,
        STRATA_DATA: folder,
        STRATA_AGENT_PORT: '17447',
        STRATA_COLLECTOR_URL: collector.url,
        STRATA_LOG_LEVEL: 'fatal',
      },
    });
  try {
    for (let run = 0; run <= KILLS; run++) {
      agent = start();
      const [batches, exited] = [collector.batches.length, once(agent, 'exit')];
      await eventually('two batches of this run', 60, () => collector.batches.length >= batches + 2);
      // Anywhere in a window, a drain or a push; runs are told apart by the second they started in.
      await sleep(150 + 310 * run);
      agent.kill(run < KILLS ? 'SIGKILL' : 'SIGTERM');
      await exited;
    }
  } finally {
    agent?.kill('SIGKILL');
    for (const child of burning) child.kill('SIGKILL');
    await collector.kill();
    rmSync(folder, { recursive: true });
  }

  // Each span of time is told once. What a killed run had not pushed is lost with it, or comes from its spool afterwards.
  const spans = collector.batches.map(({ from, to }) => ({ from, to })).toSorted((a, b) => a.from - b.from);
  for (const [i, { from }] of spans.entries()) if (i > 0) expect(from).toBeGreaterThanOrEqual(spans[i - 1]!.to);
  // Killed between the collector's answer and its own note of it, it sends a batch again, which is stored once.
  expect(collector.duplicates).toBeLessThanOrEqual(KILLS);
  // A window begins when the agent is ready, a little after its sampler: all of them are compared with the time they took.
  const dueMost = ((spans.at(-1)!.to - startedAt) / 1000) * HZ * availableParallelism();
  expect(collector.samples).toBeLessThanOrEqual(dueMost);
  expect(collector.samples).toBeGreaterThan(0);
  const runs = [...Map.groupBy(collector.reports, ({ startedAt }) => startedAt).values()];
  expect(runs.length).toBe(KILLS + 1);
  for (const reports of runs) {
    for (const [i, { counters }] of reports.entries()) {
      for (const [name, value] of Object.entries(reports[i - 1]?.counters ?? {})) {
        if (!GAUGES.test(name)) expect(counters[name], name).toBeGreaterThanOrEqual(value);
      }
      // The first report comes before the first drain.
      if (counters.events === undefined) continue;
      const sum = (prefix: string) =>
        Object.entries(counters).reduce((all, [name, value]) => all + (name.startsWith(prefix) ? value : 0), 0);
      expect(counters.kept! + counters.idle! + sum('dropped.')).toBe(counters.events);
    }
  }
  expect(runs.at(-1)!.at(-1)!.state).toBe('stopped');
});
