import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DROP_REASONS, OUTCOMES } from '@strata/bpf';
import { readSettings } from '@strata/settings';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Native, startAgent } from '../src/start-agent.ts';
import { CollectorStub, eventually } from './collector-stub.ts';
import { ScriptedSampler } from './scripted-sampler.ts';

const RHYTHM = { windowMs: 200, drainMs: 50 };
const AGENT = 'http://127.0.0.1:17441';

let folder: string;
let collector: CollectorStub;
let sampler: ScriptedSampler;
let stop: () => Promise<void>;

const missing = () => Promise.reject(new Error('not here'));
const native = (startSampler: Native['startSampler']): Native => ({
  startSampler,
  describeElf: missing,
  loadPerfMap: missing,
  loadJitDump: missing,
  loadKernelSymbols: async () => ({ resolve: (address) => ({ function: `k${address}`, module: '' }) }),
  openIndexStore: () => ({
    counters: { hits: 0, misses: 0 },
    has: async () => false,
    put: async () => true,
    describe: async () => null,
    pathOf: () => '',
    resolve: async () => null,
    sourceText: async () => null,
  }),
});

async function start(startSampler: Native['startSampler'] = async () => sampler): Promise<void> {
  const settings = readSettings({
    STRATA_DATA: folder,
    STRATA_AGENT_PORT: '17441',
    STRATA_COLLECTOR_URL: collector.url,
    STRATA_LOG_LEVEL: 'fatal',
  });
  stop = await startAgent(settings, native(startSampler), RHYTHM);
}

const row = (count: number, kernel = 0n) => ({ pid: process.pid, thread: 'main', user: 1n, kernel, count });
const lastReport = () => collector.reports.at(-1)!;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'strata-agent-'));
  collector = new CollectorStub(17_442);
  await collector.start();
  sampler = new ScriptedSampler();
  stop = async () => {};
});
afterEach(async () => {
  await stop();
  await collector.kill();
  rmSync(folder, { recursive: true });
});

describe('windows', () => {
  test('stand next to each other on the wall clock, and hold what was sampled', async () => {
    await start();
    sampler.putStack(1n, 'user', 0x10n);
    sampler.putStack(2n, 'kernel', 0x20n, 0x31n);
    const until = Date.now() + 1_100;
    while (Date.now() < until) {
      sampler.put(row(1), row(2, 2n));
      await pause(20);
    }
    await stop();
    expect(collector.samples).toBe(sampler.given);
    const spans = collector.batches.map(({ from, to }) => [from, to] as const);
    expect(spans.length).toBeGreaterThan(4);
    for (const [i, [from, to]] of spans.entries()) {
      if (i > 0) expect([from, from % RHYTHM.windowMs]).toEqual([spans[i - 1]![1], 0]);
      expect(to).toBeGreaterThan(from);
    }
    const [batch] = collector.batches;
    expect(batch!.workloads[0]!.service).not.toBe('');
    expect(
      batch!.stacks.frames.map((frame) => (frame.kind === 'native' ? '' : `${frame.kind} ${frame.function}`)),
    ).toEqual([
      'symbolized [unknown]',
      // A return address names the call before it: 0x31 − 1 = 48; the leaf is taken as it is: 0x20 = 32.
      'kernel k48',
      'kernel k32',
    ]);
  });

  test('a sample without any stack is still a sample', async () => {
    await start();
    sampler.put({ pid: process.pid, thread: 'main', user: 0n, count: 3 });
    await stop();
    expect(collector.samples).toBe(3);
  });
});

describe('while the collector is away', () => {
  test('nothing is lost and nothing is doubled', async () => {
    await start();
    sampler.putStack(1n, 'user', 0x10n);
    for (let i = 0; i < 75; i++) {
      if (i === 15) await collector.kill();
      if (i === 55) await collector.start();
      sampler.put(row(1 + (i % 7)));
      await pause(40);
    }
    await stop();
    expect([collector.samples, collector.duplicates]).toEqual([sampler.given, 0]);
    expect(lastReport().counters).toMatchObject({ kept: sampler.given, 'spool.bytes': 0, 'spool.dropped_batches': 0 });
  });

  test('an agent that stops meanwhile leaves its batches to the next one', async () => {
    await start();
    await collector.kill();
    sampler.put(row(11));
    await stop();
    await collector.start();
    const first = sampler.given;
    sampler = new ScriptedSampler();
    await start();
    sampler.put(row(5));
    await stop();
    expect([collector.samples, collector.duplicates]).toEqual([first + 5, 0]);
  });
});

describe('reports', () => {
  test('no counter goes backwards within a run, and a new run is told apart', async () => {
    const gauges = /^(spool\.(bytes|batches)|processes|kernel\.bytes|tables\.(built|failed))$/;
    for (let run = 0; run < 2; run++) {
      sampler = new ScriptedSampler();
      await start();
      for (let i = 0; i < 15; i++) {
        sampler.put(row(2));
        await pause(40);
      }
      await stop();
      // Runs are told apart by the second they started in.
      await pause(1_000);
    }
    const runs = Map.groupBy(collector.reports, ({ startedAt }) => startedAt);
    expect([...runs.keys()].length).toBe(2);
    for (const reports of runs.values()) {
      expect([reports.at(0)!.state, reports.at(-1)!.state]).toEqual(['sampling', 'stopped']);
      for (const [i, { counters }] of reports.entries()) {
        for (const [name, value] of Object.entries(reports[i - 1]?.counters ?? {})) {
          if (!gauges.test(name)) expect(counters[name], name).toBeGreaterThanOrEqual(value);
        }
      }
    }
    expect(collector.samples).toBe(60);
  });

  test('say of each program how its stacks ended, and what became of its unwind table', async () => {
    const kernelThread = Number(/\bkthreadd\b/.test(readFileSync('/proc/2/stat', 'utf8')) && 2);
    await start();
    sampler.unwind = {
      ...sampler.unwind,
      evicted: 3,
      files: [
        { path: process.execPath, rows: 1000, rules: 20, bytes: 8192, buildMs: 12.5, failure: '' },
        { path: '/opt/odd', rows: 0, rules: 0, bytes: 0, buildMs: 1, failure: 'It is no ELF file.' },
      ],
    };
    sampler.putStack(1n, 'user', 0x10n);
    sampler.putCutOff(3n, 'NO_RULE', 0x10n);
    sampler.put(row(5), { ...row(2), user: 3n }, { ...row(1), user: 0n });
    // Never sent: in stacks.missing.
    sampler.put({ ...row(9), user: 99n });
    if (kernelThread) sampler.put({ pid: kernelThread, thread: 'kthreadd', user: 0n, count: 4 });
    await stop();
    const { executables, others, tables } = lastReport().stacks!;
    expect(executables[0]).toEqual({
      path: process.execPath,
      outcomes: { COMPLETE: 5, NO_RULE: 2, EXITING: 1 },
      table: { rows: 1000, rules: 20, bytes: 8192, buildMs: 12.5, failure: '' },
    });
    if (kernelThread) expect(executables[1]).toEqual({ path: '[kernel]', outcomes: { KERNEL_ONLY: 4 }, table: null });
    expect(others).toEqual({});
    expect(tables.map(({ path }) => path)).toEqual(['/opt/odd', process.execPath]);
    expect(lastReport().counters).toMatchObject({
      'stacks.missing': 9,
      'kernel.bytes_most': 128 << 20,
      'tables.built': 1,
      'tables.failed': 1,
      'tables.evicted': 3,
    });
  });

  test('without a sampler the agent stays up and says why, everywhere the same', async () => {
    const reason = 'BPF needs root or CAP_BPF and CAP_PERFMON: start Strata as root.';
    await start(() => Promise.reject(Object.assign(new Error(reason), { code: 'NO_PERMISSION' })));
    await eventually('a report', 10, () => collector.reports.length > 0);
    expect(lastReport()).toMatchObject({ state: 'unavailable', reason, stacks: null });
    const health = await fetch(`${AGENT}/healthz`);
    expect([health.status, await health.json()]).toEqual([503, { status: 'unavailable', reason }]);
    const profile = await fetch(`${AGENT}/debug/pprof/profile?seconds=1`);
    expect([profile.status, await profile.json()]).toEqual([503, { error: { code: 'NOT_SAMPLING', message: reason } }]);
    await stop();
    expect(lastReport().state).toBe('stopped');
  });

  test('a drain that fails is said and counted, and loses nothing when it works again', async () => {
    await start();
    sampler.fails = new Error('the map is gone');
    sampler.put(row(4));
    await eventually('the failure in a report', 10, () => collector.reports.at(-1)?.state === 'unavailable');
    expect((await fetch(`${AGENT}/healthz`)).status).toBe(503);
    expect(lastReport().reason).toBe('The sampler could not be drained: the map is gone');
    sampler.fails = null;
    await eventually('sampling again', 10, () => collector.reports.at(-1)?.state === 'sampling');
    await stop();
    expect([collector.samples, lastReport().counters['drain.failed']! > 0]).toEqual([4, true]);
  });
});

describe('doors', () => {
  test('/healthz and /metrics say what there is', async () => {
    await start();
    sampler.idle = 40n;
    sampler.dropped = 2n;
    sampler.put(row(9));
    await eventually('the batch', 10, () => collector.samples === 9);
    expect((await fetch(`${AGENT}/healthz`)).status).toBe(200);
    const metrics = await (await fetch(`${AGENT}/metrics`)).text();
    expect(metrics).toMatch(/^strata_agent_events_total 51$/m);
    expect(metrics).toMatch(/^strata_agent_idle_total 40$/m);
    expect(metrics).toMatch(new RegExp(`^strata_agent_dropped_total\\{reason="${DROP_REASONS[0]}"\\} 2$`, 'm'));
    expect(metrics).toMatch(/^strata_agent_kept_total 9$/m);
    expect(metrics).toMatch(/^strata_agent_outcome_total\{outcome="COMPLETE"\} 9$/m);
    expect(metrics).toMatch(/^strata_agent_push_total\{result="stored"\} 1$/m);
    expect(metrics).toMatch(/^strata_agent_spool_bytes 0$/m);
    const named = (family: string, label: string) =>
      [...metrics.matchAll(new RegExp(`^strata_agent_${family}_total\\{${label}="(\\w+)"\\} \\d+$`, 'gm'))].map(
        ([, name]) => name,
      );
    expect([named('outcome', 'outcome'), named('dropped', 'reason')]).toEqual([OUTCOMES, DROP_REASONS]);
  });

  test.each(['//', '//other.example/healthz', '/nothing'])(
    'GET %s is nothing here, and the agent goes on',
    async (path) => {
      await start();
      expect((await fetch(`${AGENT}${path}`)).status).toBe(404);
      expect((await fetch(`${AGENT}/metrics`)).status).toBe(200);
    },
  );

  test('a page that has its own name lead here learns nothing', async () => {
    await start();
    // fetch does not let one choose the host.
    const response = await new Promise<IncomingMessage>((resolve, reject) =>
      get(`${AGENT}/metrics`, { headers: { host: 'evil.example' } }, resolve).once('error', reject),
    );
    expect(response.resume().statusCode).toBe(421);
  });

  test('/metrics say what unwinding takes', async () => {
    await start();
    const failure = 'It is no ELF file.';
    const file = { path: '/lib/a', rows: 1, rules: 1, bytes: 4096, buildMs: 1, failure: '' };
    const files = [file, { ...file, path: '/lib/b' }, { ...file, path: '/lib/odd', bytes: 0, failure }];
    sampler.unwind = { files, bytes: 20 << 20, bytesMost: 128 << 20, evicted: 7, cacheFailures: 5 };
    const metrics = await (await fetch(`${AGENT}/metrics`)).text();
    expect(metrics.split('\n').filter((line) => /^strata_agent_(kernel|tables)/.test(line))).toEqual([
      'strata_agent_kernel_bytes 20971520',
      'strata_agent_kernel_bytes_most 134217728',
      'strata_agent_tables_built 2',
      'strata_agent_tables_failed 1',
      'strata_agent_tables_evicted_total 7',
      'strata_agent_tables_cache_failures_total 5',
    ]);
  });

  test('the limit in the settings is the sampler’s', async () => {
    const given: unknown[] = [];
    await start(async (...options) => {
      given.push(...options);
      return sampler;
    });
    expect(given).toEqual([
      { frequencyHz: 99 },
      { kernelBytes: 128 << 20, tableFolder: join(folder, 'unwind-tables') },
    ]);
  });

  test.each([
    ['/debug/pprof/profile?seconds=0', 400, 'BAD_PARAMETER'],
    ['/debug/pprof/profile?seconds=301', 400, 'BAD_PARAMETER'],
    ['/debug/pprof/profile?seconds=abc', 400, 'BAD_PARAMETER'],
    ['/debug/pprof/profile?second=1', 400, 'UNKNOWN_PARAMETER'],
    ['/nothing', 404, 'NOT_FOUND'],
  ])('%s → %i %s', async (path, status, code) => {
    await start();
    const answer = await fetch(`${AGENT}${path}`);
    const { error } = (await answer.json()) as { error: { code: string; message: string } };
    expect([answer.status, error.code]).toEqual([status, code]);
  });

  test('a port in use is an error that names it, and the sampler is let go', async () => {
    await start();
    const second = new ScriptedSampler();
    const settings = readSettings({ STRATA_DATA: folder, STRATA_AGENT_PORT: '17441', STRATA_LOG_LEVEL: 'fatal' });
    await expect(
      startAgent(
        settings,
        native(async () => second),
        RHYTHM,
      ),
    ).rejects.toMatchObject({
      code: 'EADDRINUSE',
      port: 17_441,
    });
    expect(second.stopped).toBe(true);
  });
});
