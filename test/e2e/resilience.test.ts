import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, type Product, runWorkload, startProduct } from './product.ts';

interface Stored {
  readonly samples: number;
  readonly value: number;
  readonly hourly: number;
}

let product: Product;
let output: string;
let stopWorkload: () => void;

/** What the agent says of itself, from its own counters: `kept` samples since it started. */
async function keptByAgent(): Promise<number> {
  const rows = await product.query<{ kept: number }>(
    `SELECT toUInt64(counters['kept']) AS kept FROM agents WHERE state = 'stopped' ORDER BY time DESC LIMIT 1`,
  );
  return rows[0]!.kept;
}

async function stored(): Promise<Stored> {
  const [row] = await product.query<Stored>(
    'SELECT (SELECT sum(count) FROM samples) AS samples, (SELECT sum(value) FROM samples) AS value, (SELECT sum(value) FROM samples_hourly) AS hourly',
  );
  return row!;
}

interface Report {
  readonly run: number;
  readonly counters: Readonly<Record<string, number>>;
}

/** Every report of the agent that the collector has from now on, until told to end. */
function watchReports(): () => Promise<readonly Report[]> {
  const reports: Report[] = [];
  let on = true;
  const watching = (async () => {
    for (; on; await sleep(200)) {
      const rows = await product.query<Report>(
        'SELECT toUnixTimestamp64Milli(started_at) AS run, counters FROM agents ORDER BY time DESC LIMIT 1',
      );
      reports.push(...rows);
    }
  })();
  return async () => {
    on = false;
    await watching;
    return reports;
  };
}

beforeAll(async () => {
  output = mkdtempSync(join(tmpdir(), 'strata-e2e-build-'));
  product = await startProduct(17_520);
  stopWorkload = runWorkload(({ service }) => service === 'checkout', output, { DEMO_DUTY: '0.5' });
});

afterAll(async () => {
  stopWorkload?.();
  await product?.close();
  rmSync(output, { recursive: true, force: true });
});

describe('while the collector is away for a minute', () => {
  test('nothing is lost and nothing is doubled', async () => {
    await eventually('the first samples', 60, async () => (await stored()).samples > 0);
    await product.stop('collector');
    const before = await stored();
    await sleep(60_000);
    expect(await stored()).toEqual(before);

    await product.start('collector');
    await eventually('the spool to arrive', 60, async () => (await stored()).samples > before.samples);
    await product.stop('agent');
    const after = await stored();
    expect(after.samples).toBe(await keptByAgent());
    expect(after.hourly).toBe(after.value);
  });
});

test('an agent that is stopped and started again only adds', async () => {
  const before = await stored();
  await product.start('agent');
  await eventually('samples of the new agent', 60, async () => (await stored()).samples > before.samples);
  await product.stop('agent');
  const after = await stored();
  expect(after.samples - before.samples).toBe(await keptByAgent());
});

test('an agent that is killed outright takes nothing back, and no counter goes backwards', async () => {
  const before = await stored();
  const endWatch = watchReports();
  await product.start('agent');
  await eventually('its samples', 60, async () => (await stored()).samples > before.samples);
  await product.kill('agent');
  const between = await stored();
  expect(between.samples).toBeGreaterThan(before.samples);
  await eventually('samples of its successor', 60, async () => (await stored()).samples > between.samples);
  await product.stop('agent');

  const after = await stored();
  expect(after.samples - between.samples).toBeGreaterThanOrEqual(await keptByAgent());
  expect(after.hourly).toBe(after.value);
  const reports = await endWatch();
  // The one stopped before, the one killed, its successor.
  expect(new Set(reports.map(({ run }) => run)).size).toBe(3);
  for (const [earlier, later] of pairs(reports).filter(([a, b]) => a.run === b.run)) {
    for (const counter of ['events', 'kept', 'push.stored']) {
      // Not there before the sampler has started.
      expect(later.counters[counter] ?? 0, counter).toBeGreaterThanOrEqual(earlier.counters[counter] ?? 0);
    }
  }
});

const pairs = <T>(list: readonly T[]) => list.slice(1).map((item, i) => [list[i]!, item] as const);
