import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, zstdCompressSync } from 'node:zlib';
import {
  type Batch,
  type BuildId,
  decodePprof,
  encodeFolded,
  encodePprof,
  type FrameNames,
  type StackProfile,
  type UnixSeconds,
  uninlinedNames,
} from '@strata/profile';
import { buildIndex, describeElf } from '@strata/symbolizer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startCollector, type TestCollector } from './collector.ts';
import { goodBatch, goodPprof, totalOf } from './samples.ts';

const GO_PROGRAM = new URL('./fixtures/go-profile', import.meta.url).pathname;
/** Go builds its pprof tool when it is first asked for. */
const GO_TOOL_MOST_MS = 240_000;
let collector: TestCollector;
let folder: string;

beforeAll(async () => {
  collector = await startCollector(17411);
  folder = mkdtempSync(join(tmpdir(), 'strata-ingest-'));
});
afterAll(async () => {
  await collector?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function send(method: string, path: string, body: BodyInit, encoding = 'identity') {
  const response = await fetch(`${collector.url}/api/v1/${path}`, {
    method,
    body,
    headers: { 'content-encoding': encoding },
  });
  return { status: response.status, answer: await response.json() };
}

/** Names the sender gave, a row a frame. */
function namesIn(profile: StackProfile): FrameNames {
  const { frames } = profile.stacks;
  const name = frames.map((frame) => (frame.kind === 'native' ? `0x${frame.address.toString(16)}` : frame.function));
  const file = frames.map((frame) => (frame.kind === 'native' ? frame.mapping.file : frame.file));
  const line = Uint32Array.from(frames, (frame) => (frame.kind === 'native' ? 0 : frame.line));
  const functions = { name, file, binary: frames.map(() => ''), kind: new Uint8Array(frames.length), line };
  return uninlinedNames(
    functions,
    Uint32Array.from(frames, (_, row) => row),
    line,
  );
}

function folded(profile: StackProfile): string {
  return encodeFolded(profile, namesIn(profile));
}

function profileIn(batch: Batch): StackProfile {
  const value = new Float64Array(batch.stacks.parent.length);
  for (const [row, node] of batch.samples.node.entries()) value[node]! += batch.samples.value[row]!;
  return { ...batch, profileType: batch.profileTypes[0]!, value, count: new Float64Array(value.length) };
}

async function stored(service: string, version = ''): Promise<StackProfile> {
  const now = Math.ceil(Date.now() / 1000);
  const versions = version === '' ? [] : [version];
  const range = { from: (now - 600) as UnixSeconds, to: (now + 60) as UnixSeconds };
  return (await collector.storage.sumStacks({ ...range, service, profileType: 'cpu', versions, labels: [] })).profile;
}

describe('a CPU profile of a real Go program', () => {
  let file: Buffer;
  beforeAll(() => {
    const path = join(folder, 'cpu.pprof');
    execFileSync('go', ['run', '.', path], { cwd: GO_PROGRAM, env: { ...process.env, GOFLAGS: '-mod=mod' } });
    file = readFileSync(path);
  });

  test('is stored with the same value per stack, gzip or not, and once however often it is sent', async () => {
    const origin = { workload: {} as Batch['workloads'][0], source: { labels: {} } as Batch['sources'][0] };
    const sent = folded(profileIn(decodePprof(gunzipSync(file), origin)));
    expect(sent).toContain(';main.main;main.hash;');
    for (const outcome of ['stored', 'duplicate']) {
      const push = await send('POST', 'profiles?service=go-hash&version=1', new Uint8Array(file));
      expect(push).toMatchObject({ status: 200, answer: { stored: outcome } });
    }
    expect(await send('POST', 'profiles?service=go-hash&version=2', new Uint8Array(gunzipSync(file)))).toMatchObject({
      answer: { stored: 'stored' },
    });
    expect(folded(await stored('go-hash', '1'))).toBe(sent);
    expect(folded(await stored('go-hash', '2'))).toBe(sent);
  });

  test(
    'comes out as a pprof that Go’s own tool reads, with the same total per function',
    async () => {
      const profile = await stored('go-hash', '1');
      writeFileSync(join(folder, 'out.pprof'), encodePprof(profile, namesIn(profile)));
      const top = (name: string) =>
        execFileSync('go', ['tool', 'pprof', '-top', '-unit=ms', '-sample_index=cpu', join(folder, name)], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        });
      // `120ms 80% 80% 150ms 100% main.hash` → `main.hash 120ms 150ms`
      const rows = (text: string) =>
        [...text.matchAll(/^\s*([\d.]+(?:ms)?)\s+[\d.]+%\s+[\d.]+%\s+([\d.]+(?:ms)?)\s+[\d.]+%\s+(.+)$/gm)]
          .map(([, self, total, name]) => `${name!.replace(' (inline)', '')} ${self} ${total}`)
          .sort();
      expect(rows(top('out.pprof')).length).toBeGreaterThan(3);
      expect(rows(top('out.pprof'))).toEqual(rows(top('cpu.pprof')));
    },
    GO_TOOL_MOST_MS,
  );
});

describe('agents', () => {
  test('a batch is stored once, and its unknown build ID asked for once', async () => {
    const body = zstdCompressSync(JSON.stringify(goodBatch('shop', 'gnu:5409')));
    expect((await send('POST', 'batches', body, 'zstd')).answer).toEqual({ stored: 'stored', wanted: ['gnu:5409'] });
    expect((await send('POST', 'batches', body, 'zstd')).answer).toEqual({ stored: 'duplicate', wanted: [] });
    expect(await totalOf(collector.storage, 'shop')).toBe(20_202_020);
  });

  test('send the symbol index they are asked for; a damaged one is refused, and not asked for again at once', async () => {
    const program = join(folder, 'go-hash');
    execFileSync('go', ['build', '-o', program, '.'], { cwd: GO_PROGRAM });
    const { buildId } = await describeElf(program);
    const index = new Uint8Array(await buildIndex(program));
    const { answer } = await send('POST', 'batches', JSON.stringify(goodBatch('asked', buildId)));
    expect(answer.wanted).toEqual([buildId]);
    const path = `symbols/${buildId}`;
    expect((await send('PUT', path, index.subarray(0, -40))).answer.error.code).toBe('BAD_SYMBOLS');
    expect((await send('PUT', path, zstdCompressSync(index), 'zstd')).answer).toEqual({ stored: 'stored' });
    const again = await send('POST', 'batches', JSON.stringify(goodBatch('asked again', buildId)));
    expect(again.answer.wanted).toEqual([]);
  });

  test('say that a file cannot be read, or send what is no index', async () => {
    const unavailable = JSON.stringify({ reason: 'The file is gone.' });
    expect((await send('POST', 'symbols/gnu:5409/unavailable', unavailable)).status).toBe(200);
    const searches = await collector.storage.listSymbolSearches(['gnu:5409' as BuildId]);
    expect(searches).toMatchObject([{ place: 'agent', found: false, reason: 'The file is gone.', lookedAt: [] }]);
    const batch = JSON.stringify(goodBatch('without an index', 'gnu:5409'));
    expect((await send('POST', 'batches', batch)).answer).toMatchObject({ wantedDebugFiles: ['gnu:5409'] });
    expect((await send('PUT', 'symbols/gnu:..%2F..%2Fetc', 'x')).answer.error.code).toBe('BAD_BUILD_ID');
  });

  test('report how they are', async () => {
    const report = {
      agent: 'a1',
      host: 'n1',
      agentVersion: '0.1.0',
      kernel: '6.18',
      time: Math.floor(Date.now() / 1000),
      startedAt: Math.floor(Date.now() / 1000) - 60,
      state: 'unavailable',
      reason: 'The agent may not use BPF.',
      frequencyHz: 99,
      counters: { events: 12 },
    };
    expect((await send('POST', 'agents', JSON.stringify(report))).status).toBe(200);
    expect(await collector.storage.listAgents()).toContainEqual(report);
    const asleep = JSON.stringify({ ...report, state: 'asleep' });
    expect((await send('POST', 'agents', asleep)).answer.error.code).toBe('BAD_REPORT');

    const table = { rows: 1000, rules: 20, bytes: 8192, buildMs: 1.25, failure: '' };
    const shop = { path: '/bin/shop', outcomes: { COMPLETE: 5, OF_LATER: 1 }, table };
    const kernel = { path: '[kernel]', outcomes: { KERNEL_ONLY: 2 }, table: null };
    const tables = [{ path: '/lib/odd', ...table, bytes: 0, failure: 'It is no ELF file.' }];
    const stacks = { executables: [shop, kernel], others: {}, tables };
    const telling = (change: object) =>
      send('POST', 'agents', JSON.stringify({ ...report, time: report.time + 1, stacks: { ...stacks, ...change } }));
    expect((await telling({})).status).toBe(200);
    expect(await collector.storage.readAgentStacks('a1')).toEqual(stacks);
    const refused = [
      { others: { COMPLETE: -1 } },
      { others: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`OUTCOME_${i}`, 1])) },
      { executables: Array.from({ length: 201 }, () => shop) },
      { executables: [{ ...shop, path: 'x'.repeat(513) }] },
      { tables: [{ ...tables[0], failure: 'x'.repeat(501) }] },
      { more: 1 },
    ];
    for (const change of refused) expect((await telling(change)).answer.error.code).toBe('BAD_REPORT');
  });
});

test('a refused push leaves the connection as it was', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const push = (query: string) =>
    new Promise<{ status: number; reused: boolean }>((resolve, reject) => {
      const url = `${collector.url}/api/v1/profiles?${query}`;
      const outgoing = request(url, { method: 'POST', agent }, (answer: IncomingMessage) => {
        answer.resume().on('end', () => resolve({ status: answer.statusCode!, reused: outgoing.reusedSocket }));
      });
      outgoing.on('error', reject);
      outgoing.end(goodPprof());
    });
  const answers = [await push('service=same'), await push('service='), await push('service=same&x=1')];
  answers.push(await push('service=same&version=2'));
  agent.destroy();
  expect(answers.map(({ status }) => status)).toEqual([200, 400, 400, 200]);
  expect(answers.map(({ reused }) => reused)).toEqual([false, true, true, true]);
});

test('while ClickHouse is away a batch is answered with 503, so that the agent keeps it, and stored afterwards', async () => {
  const body = JSON.stringify(goodBatch('patient'));
  await collector.stopEngine();
  const away = await send('POST', 'batches', body);
  expect(away).toMatchObject({ status: 503, answer: { error: { code: 'STORAGE_UNAVAILABLE' } } });
  expect((await fetch(`${collector.url}/healthz`)).status).toBe(503);
  await collector.startEngine();
  expect((await send('POST', 'batches', body)).answer).toMatchObject({ stored: 'stored' });
  expect(await totalOf(collector.storage, 'patient')).toBe(20_202_020);
});
