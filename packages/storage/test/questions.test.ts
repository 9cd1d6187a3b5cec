import type { BuildId, UnixSeconds } from '@strata/profile';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AgentReport, Snapshot, StackReport, Storage } from '../src/index.ts';
import { EngineProcess } from './engine-process.ts';
import { textBatch } from './text-batch.ts';

const engine = new EngineProcess(17433);
let storage: Storage;

beforeAll(async () => {
  storage = await engine.open();
});
afterAll(async () => {
  await storage?.close();
  await engine.stop();
});

const SECOND = 1e9;
const now = Math.floor(Date.now() / 1000);
const hour = (Math.floor(now / 3600) - 3) * 3600;
const seconds = (value: number) => value as UnixSeconds;
const range = { from: seconds(hour), to: seconds(hour + 600) };
const everything = { ...range, profileType: 'cpu', versions: [], labels: [] };

test('services come by CPU used, with cores per step, versions and instances', async () => {
  const v1 = { service: 'big', version: '1' };
  const v2 = { service: 'big', version: '2', environment: 'prod', labels: { team: 'pay' } };
  await storage.writeBatch(
    textBatch(hour - 86_400, [{ stack: 'a', value: SECOND, workload: { service: 'big', version: '0' } }]),
    'yesterday',
  );
  await storage.writeBatch(
    textBatch(hour, [
      { stack: 'a', value: 90 * SECOND, workload: v1, source: { thread: 'x' } },
      { stack: 'b', value: 30 * SECOND, workload: v1, source: { thread: 'y' } },
      { stack: 'b', value: 1, workload: { service: 'small' } },
      { stack: 'b', value: 4096, type: { name: 'heap', unit: 'bytes' }, workload: { service: 'small' } },
    ]),
    'first',
  );
  await storage.writeBatch(
    textBatch(hour + 310, [
      { stack: 'a', value: 360 * SECOND, workload: v2, source: { host: 'host-2', labels: { zone: 'z' } } },
    ]),
    'second',
  );
  const [big, small, ...more] = await storage.listServices(range, 2);
  expect(more).toEqual([]);
  expect(big).toMatchObject({ service: 'big', cores: 0.8, samples: 3, instances: 2, lastSample: hour + 310 });
  expect(big!.sparkline).toEqual([0.4, 1.2]);
  expect(big!.versions).toEqual([
    { version: '2', firstSeen: hour + 310, lastSeen: hour + 310 },
    { version: '1', firstSeen: hour, lastSeen: hour },
    { version: '0', firstSeen: hour - 86_400, lastSeen: hour - 86_400 },
  ]);
  expect(small!.profileTypes).toEqual([
    { name: 'cpu', unit: 'nanoseconds' },
    { name: 'heap', unit: 'bytes' },
  ]);
});

test('a service tells its labels with their shares of the selection', async () => {
  const detail = await storage.describeService({ ...everything, service: 'big' });
  expect(detail!.labels).toEqual([
    { name: 'environment', values: [{ value: 'prod', share: 0.75 }] },
    {
      name: 'host',
      values: [
        { value: 'host-2', share: 0.75 },
        { value: 'host-1', share: 0.25 },
      ],
    },
    { name: 'process', values: [{ value: 'shop', share: 1 }] },
    { name: 'team', values: [{ value: 'pay', share: 0.75 }] },
    {
      name: 'thread',
      values: [
        { value: 'main', share: 0.75 },
        { value: 'x', share: 0.1875 },
        { value: 'y', share: 0.0625 },
      ],
    },
    { name: 'zone', values: [{ value: 'z', share: 0.75 }] },
  ]);
  const one = await storage.describeService({ ...everything, service: 'big', versions: ['1'] });
  expect(one!.labels.map(({ name }) => name)).toEqual(['host', 'process', 'thread']);
  expect(await storage.describeService({ ...everything, service: 'nobody' })).toBeNull();
});

test('a timeline has the value per step, in seconds where the range is short', async () => {
  expect(await storage.timeline({ ...everything, service: 'big' }, 2)).toEqual({
    start: hour,
    stepSeconds: 300,
    value: [120 * SECOND, 360 * SECOND],
  });
  const short = { ...everything, from: seconds(hour + 300), to: seconds(hour + 330), service: 'big' };
  expect(await storage.timeline(short, 3)).toEqual({
    start: hour + 300,
    stepSeconds: 10,
    value: [0, 360 * SECOND, 0],
  });
  const hosts = { ...everything, service: 'big', labels: [{ name: 'thread', values: ['y'] }] };
  expect((await storage.timeline(hosts, 1)).value).toEqual([30 * SECOND]);
});

test('of an agent the latest report counts', async () => {
  const report: AgentReport = {
    agent: 'node-1',
    host: 'node-1',
    agentVersion: '0.1.0',
    kernel: '6.18',
    time: seconds(now - 20),
    startedAt: seconds(now - 100),
    state: 'unavailable',
    reason: 'No right to load BPF programs.',
    frequencyHz: 99,
    counters: { events: 12, 'dropped.map full': 3 },
  };
  const later: AgentReport = { ...report, time: seconds(now - 10), state: 'sampling', reason: '' };
  await storage.writeAgentReport(report, null);
  await storage.writeAgentReport(later, null);
  await storage.writeAgentReport({ ...report, agent: 'node-2' }, null);
  expect(await storage.listAgents()).toEqual([later, { ...report, agent: 'node-2' }]);

  const table = { rows: 1000, rules: 20, bytes: 8192, buildMs: 1.25, failure: '' };
  const stacks: StackReport = {
    executables: [{ path: '/bin/«shop» "x"', outcomes: { COMPLETE: 2 ** 40, NO_RULE: 3 }, table }],
    others: { EXITING: 1 },
    tables: [
      { path: '/lib/odd', ...table, failure: 'It is no ELF file.' },
      { path: '/bin/«shop» "x"', ...table },
    ],
  };
  expect(await storage.readAgentStacks('node-1')).toBeNull();
  await storage.writeAgentReport({ ...later, time: seconds(now - 5) }, stacks);
  expect(await storage.readAgentStacks('node-1')).toEqual(stacks);
  expect(await storage.readAgentStacks('node-3')).toBeNull();
  await storage.writeAgentReport({ ...later, time: seconds(now - 1) }, null);
  expect(await storage.readAgentStacks('node-1')).toBeNull();
});

test('a snapshot comes back byte by byte until its time is over', async () => {
  const columns = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 31) % 256);
  const snapshot: Snapshot = {
    id: 'abc',
    createdAt: seconds(now),
    expiresAt: seconds(now + 1000),
    title: 'Größer; \'quoted\' and "more"',
    view: '/s/big/flame?from=now-15m',
    columns,
  };
  await storage.saveSnapshot(snapshot);
  await storage.saveSnapshot({ ...snapshot, id: 'old', expiresAt: seconds(now - 1) });
  expect(await storage.readSnapshot('abc')).toEqual(snapshot);
  expect(await storage.readSnapshot('old')).toBeNull();
  expect(await storage.readSnapshot('none')).toBeNull();
});

test('retention drops whole days past their time and expired snapshots', async () => {
  const day = 86_400;
  const at = (Math.floor(now / day) - 40) * day + 100;
  for (const days of [0, 20]) {
    const service = { service: 'retained' };
    await storage.writeBatch(textBatch(at + days * day, [{ stack: 'r', value: 1, workload: service }]), `kept-${days}`);
  }
  const counts = await storage.applyRetention(seconds(now));
  expect(counts).toEqual({ samples: 2, samples_hourly: 1, totals_minute: 1, snapshots: 1 });
  const all = { ...everything, service: 'retained', from: seconds(at - 100), to: seconds(at - 100 + 30 * day) };
  expect((await storage.sumStacks(all)).samples).toBe(1);
  expect(Object.values(await storage.applyRetention(seconds(now)))).toEqual([0, 0, 0, 0]);
});

test('where symbols were looked for is kept once for each place, the latest', async () => {
  const search = { buildId: 'gnu:abcd' as BuildId, place: 'agent', found: false, lookedAt: ['/a', '/b'] };
  await storage.noteSymbolSearch({ ...search, reason: 'Nothing.', time: seconds(now - 10) });
  await storage.noteSymbolSearch({ ...search, reason: 'Still nothing.', time: seconds(now) });
  await storage.noteSymbolSearch({ ...search, place: 'http://d', found: true, reason: '', time: seconds(now) });
  expect(await storage.listSymbolSearches(['gnu:abcd' as BuildId, 'gnu:ef' as BuildId])).toEqual([
    { ...search, reason: 'Still nothing.', time: now },
    { ...search, place: 'http://d', found: true, reason: '', time: now },
  ]);
});

test('files that were sampled lately are listed by how many of their addresses were', async () => {
  const stack = 'main;gnu:ab12@4096';
  await storage.writeBatch(textBatch(now - 20, [{ stack, value: 1 }]), 'native-1');
  const deeper = 'main;gnu:cd34@4096;gnu:cd34@8192';
  await storage.writeBatch(textBatch(now - 10, [{ stack: deeper, value: 1 }]), 'native-2');
  const files = (await storage.listRecentBuildIds()).filter(({ buildId }) => /^gnu:(ab12|cd34)$/.test(buildId));
  expect(files).toMatchObject([
    { buildId: 'gnu:cd34', frames: 2 },
    { buildId: 'gnu:ab12', frames: 1 },
  ]);
});
