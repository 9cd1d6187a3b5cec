import { type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startCollector, type TestCollector } from './collector.ts';
import { goodBatch, goodPprof, pprofOf, pushed, totalOf } from './samples.ts';

const NESTED = `{"format":1,"fromMs":${'['.repeat(100_000)}`;
let collector: TestCollector;

beforeAll(async () => {
  collector = await startCollector(17410);
});
afterAll(() => collector?.close());

interface Bad {
  readonly body: BodyInit;
  readonly encoding?: string;
  /** Parameters instead of the good ones. */
  readonly query?: string;
  readonly status: number;
  readonly code: string;
}

/** One connection, so that a test sees whether it lives on. */
async function send(path: string, body: BodyInit, encoding?: string) {
  const headers = encoding === undefined ? {} : { 'content-encoding': encoding };
  const response = await fetch(`${collector.url}${path}`, { method: 'POST', body, headers });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
}

async function expectRefusal(path: string, bad: Bad): Promise<void> {
  const { status, answer } = await send(path, bad.body, bad.encoding);
  const { code, message } = (answer as { error: { code: string; message: string } }).error;
  expect({ status, code }).toEqual({ status: bad.status, code: bad.code });
  expect(message).toMatch(/^[^\n]{10,400}\.$/);
  expect(message).not.toContain('[object');
}

const bad: Record<string, Bad> = {
  'a truncated gzip file': { body: gzipSync(goodPprof()).subarray(0, -9), status: 400, code: 'BAD_ENCODING' },
  'a truncated gzip request': {
    body: gzipSync(goodPprof()).subarray(0, -9),
    encoding: 'gzip',
    status: 400,
    code: 'BAD_ENCODING',
  },
  'a truncated zstd request': {
    body: zstdCompressSync(goodPprof()).subarray(0, -4),
    encoding: 'zstd',
    status: 400,
    code: 'BAD_ENCODING',
  },
  'an encoding that does not exist': { body: goodPprof(), encoding: 'br0tli', status: 415, code: 'UNKNOWN_ENCODING' },
  'a gzip bomb': { body: gzipSync(new Uint8Array(400 << 20)), status: 413, code: 'UNPACKED_TOO_LARGE' },
  'a zstd bomb': {
    body: zstdCompressSync(new Uint8Array(400 << 20)),
    encoding: 'zstd',
    status: 413,
    code: 'UNPACKED_TOO_LARGE',
  },
  'a gzip bomb in gzip': {
    body: gzipSync(gzipSync(new Uint8Array(400 << 20))),
    encoding: 'gzip',
    status: 413,
    code: 'UNPACKED_TOO_LARGE',
  },
  'more than 16 MiB': { body: new Uint8Array(17 << 20), status: 413, code: 'TOO_LARGE' },
  nothing: { body: '', status: 400, code: 'BAD_PROFILE' },
  'text for a protobuf': { body: 'flat;text 12', status: 400, code: 'BAD_PROFILE' },
  'a protobuf of something else': {
    body: Uint8Array.from([0x08, 0x96, 0x01, 0x12, 0x03, 0x61, 0x62, 0x63]),
    status: 400,
    code: 'BAD_PROFILE',
  },
  'a stack of 10,000 frames': {
    body: pprofOf({ sample: [{ locationId: new Array(10_000).fill(1n), value: [1n] }] }),
    status: 400,
    code: 'BAD_PROFILE',
  },
  'a time in the year 2200': {
    body: pprofOf({ timeNanos: 7_258_118_400_000_000_000n }),
    status: 400,
    code: 'BAD_PROFILE',
  },
  'a time of 1970': { body: pprofOf({ timeNanos: 1n }), status: 400, code: 'BAD_PROFILE' },
  'a negative value': {
    body: pprofOf({ sample: [{ locationId: [1n], value: [-1n] }] }),
    status: 400,
    code: 'BAD_PROFILE',
  },
  'no service': { body: goodPprof(), query: 'version=1', status: 400, code: 'MISSING_SERVICE' },
  'a misspelt parameter': { body: goodPprof(), query: 'service=bad&verison=1', status: 400, code: 'UNKNOWN_PARAMETER' },
  'an unknown label': { body: goodPprof(), query: 'service=bad&team=pay', status: 400, code: 'UNKNOWN_PARAMETER' },
  'no service and a large body': { body: new Uint8Array(8 << 20), query: '', status: 400, code: 'MISSING_SERVICE' },
};

describe('the profiles door refuses', () => {
  test.each(Object.entries(bad))('%s; nothing is stored and the next good one is', async (_, refused) => {
    await expectRefusal(`/api/v1/profiles?${refused.query ?? 'service=bad'}`, refused);
    expect(await totalOf(collector.storage, 'bad')).toBe(0);
    const before = await totalOf(collector.storage, 'good');
    const { status } = await send('/api/v1/profiles?service=good', pushed(before + 1));
    expect(status).toBe(200);
    expect(await totalOf(collector.storage, 'good')).toBeGreaterThan(before);
  });
});

const badBatches: Record<string, Bad> = {
  'no JSON': { body: '{"format":1', status: 400, code: 'BAD_JSON' },
  'lists in lists': { body: NESTED, status: 400, code: 'BAD_JSON' },
  'forty million lists': {
    body: zstdCompressSync(Buffer.from(`[${'[],'.repeat(40_000_000)}[]]`)),
    encoding: 'zstd',
    status: 400,
    code: 'BAD_JSON',
  },
  'thirty million texts for numbers': {
    body: zstdCompressSync(
      JSON.stringify(goodBatch('bad')).replace('"value":[', `"value":[${'"x",'.repeat(30_000_000)}`),
    ),
    encoding: 'zstd',
    status: 400,
    code: 'BAD_BATCH',
  },
  'JSON of something else': { body: '{"hello":"world"}', status: 400, code: 'BAD_BATCH' },
  'a sample of a stack that is not there': {
    body: JSON.stringify({ ...goodBatch('bad'), samples: { ...goodBatch('bad').samples, node: [99] } }),
    status: 400,
    code: 'BAD_BATCH',
  },
  'a stack of 10,000 frames': {
    body: JSON.stringify({
      ...goodBatch('bad'),
      stacks: { parent: Array.from({ length: 10_000 }, (_, i) => i - 1), frame: new Array(10_000).fill(0) },
    }),
    status: 400,
    code: 'BAD_BATCH',
  },
  'a time to come': {
    body: JSON.stringify({ ...goodBatch('bad'), toMs: Date.now() + 30 * 86_400_000 }),
    status: 400,
    code: 'BAD_BATCH',
  },
};

describe('the batches door refuses', () => {
  test.each(Object.entries(badBatches))('%s; nothing is stored and the next good one is', async (_, refused) => {
    await expectRefusal('/api/v1/batches', refused);
    expect(await totalOf(collector.storage, 'bad')).toBe(0);
    const { answer } = await send('/api/v1/batches', JSON.stringify(goodBatch('agent-good')));
    expect(answer).toMatchObject({ stored: expect.stringMatching(/stored|duplicate/) });
  });
});

test.each([
  [{ host: 'evil.example' }, 421, 'FOREIGN_HOST'],
  [{ 'sec-fetch-site': 'cross-site' }, 403, 'FOREIGN_SITE'],
])('a page of another site, told by %j, stores nothing', async (headers, status, code) => {
  // fetch does not let one choose these headers.
  const answer = await new Promise<IncomingMessage>((resolve, reject) =>
    request(`${collector.url}/api/v1/profiles?service=foreign`, { method: 'POST', headers }, resolve)
      .once('error', reject)
      .end(goodPprof()),
  );
  expect(answer.statusCode).toBe(status);
  expect(((await json(answer)) as { error: { code: string } }).error.code).toBe(code);
  expect(await totalOf(collector.storage, 'foreign')).toBe(0);
});

test('what is refused is counted by reason', async () => {
  const metrics = await (await fetch(`${collector.url}/metrics`)).text();
  expect(metrics).toContain('strata_collector_refused_total{door="profiles",reason="MISSING_SERVICE"} 2');
  expect(metrics).toContain('strata_collector_refused_total{door="batches",reason="BAD_JSON"} 3');
});
