import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { decodeCallTree, decodeDiffTree, decodePprof, type UnixSeconds } from '@strata/profile';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { textBatch } from '../../../../packages/storage/test/text-batch.ts';
import type { ProfileMeta } from '../../src/server/answer-meta.ts';
import { WebUnderTest } from './web-process.ts';

const FROM = Math.floor(Date.now() / 10_000) * 10 - 600;
const RANGE = `from=${FROM}&to=${FROM + 60}`;
const FOLDED = ['main;serve 10', 'main;serve;price 60', 'main;serve;rules 30'];

let web: WebUnderTest;

beforeAll(async () => {
  web = await WebUnderTest.start(17_453, 17_454);
  const first = FOLDED.map((line) => ({ stack: line.split(' ')[0]!, value: Number(line.split(' ')[1]) }));
  const second = [{ stack: 'main;serve;price', value: 50, workload: { version: '2' } }];
  await web.storage.writeBatch(textBatch(FROM, first), 'first');
  await web.storage.writeBatch(textBatch(FROM + 20, second), 'second');
});
afterAll(() => web?.stop());

const json = async (path: string, init?: RequestInit) => {
  const response = await web.get(path, init);
  return { status: response.status, body: await response.json() };
};

describe('export', () => {
  const first = `/api/v1/export?service=shop&version=1&${RANGE}`;

  test('folded stacks are what was stored, root first', async () => {
    const response = await web.get(`${first}&format=folded`);
    expect((await response.text()).trim().split('\n')).toEqual(FOLDED);
    expect(response.headers.get('content-disposition')).toMatch(
      /^attachment; filename="strata-shop-cpu-\d{8}T\d{6}Z\.folded\.txt"$/,
    );
  });

  test('pprof is gzip and has the same totals', async () => {
    const bytes = new Uint8Array(await (await web.get(first)).arrayBuffer());
    const workload = { service: 's', version: '', environment: '', namespace: '', cluster: '', labels: {} };
    const source = { host: '', pod: '', container: '', process: '', thread: '', labels: {} };
    const { samples, profileTypes } = decodePprof(gunzipSync(bytes), { workload, source });
    const cpu = profileTypes.findIndex(({ name }) => name === 'cpu');
    const values = [...samples.value].filter((_, row) => samples.profileType[row] === cpu);
    expect(values.sort((a, b) => a - b)).toEqual([10, 30, 60]);
  });

  test('json is a nested tree', async () => {
    const { body } = await json(`${first}&format=json`);
    expect(body).toMatchObject({ service: 'shop', type: 'cpu', unit: 'nanoseconds', total: 100 });
    const serve = body.tree.children[0].children[0];
    expect(serve).toMatchObject({ name: 'serve', value: 100, self: 10 });
    expect(serve.children.map(({ name, value }: { name: string; value: number }) => [name, value])).toEqual([
      ['price', 60],
      ['rules', 30],
    ]);
  });

  test('labels by their own names restrict, values of one label are alternatives', async () => {
    const of = async (labels: string) => (await web.get(`${first}&format=folded&${labels}`)).status;
    expect(await of('host=host-1&host=host-2&thread=main')).toBe(200);
    expect(await of('label=host:host-1')).toBe(200);
    expect(await of('host=elsewhere')).toBe(404);
  });

  test.each([
    ['', 400, 'INVALID_PARAMETER', 'The parameter service is missing: name the service to look at.'],
    ['service=nobody', 404, 'UNKNOWN_SERVICE', 'No service named nobody has sent samples.'],
    ['service=shop&type=heap', 400, 'UNKNOWN_TYPE', 'shop has no profile type heap; it has cpu.'],
    ['service=shop&version=9', 400, 'UNKNOWN_VERSION', /^shop has no version 9; it has [12], [12]\.$/],
    ['service=shop&label.zone=z', 400, 'UNKNOWN_LABEL', /^shop has no label zone in this range; it has host, /],
    ['service=shop&format=svg', 400, 'UNKNOWN_FORMAT', 'format=svg is not known; known are pprof, folded, json.'],
    [
      'service=shop&group=colour',
      400,
      'INVALID_PARAMETER',
      'group=colour is not known; known are function, line, file, binary.',
    ],
    ['service=shop&names=short', 400, 'INVALID_PARAMETER', /^names=short is not known; known are full, no-param/],
    ['service=shop&colour=red', 400, 'UNKNOWN_PARAMETER', /^The parameter colour is not known here/],
    ['service=shop&from=-1&to=now', 400, 'INVALID_PARAMETER', /^from=-1 is no time/],
    ['service=shop&from=99999999999999&to=999999999999999', 400, 'INVALID_PARAMETER', /lies in the future/],
    ['service=shop&from=now&to=now-1h', 400, 'INVALID_PARAMETER', 'The range is empty: from must lie before to.'],
    ['service=shop&from=NaN&to=1e300', 400, 'INVALID_PARAMETER', /^from=NaN is no time/],
    [
      'service=shop&from=2001-01-01&to=now',
      400,
      'INVALID_PARAMETER',
      /The range is .* days long: ask for at most 400 days/,
    ],
    ['service=shop&from=now-1000d&to=now', 400, 'INVALID_PARAMETER', /^The range is 1,000 days long: ask for /],
  ])('?%s is refused in one sentence, and the next good request works', async (query, status, code, message) => {
    const range = query.includes('from=') || query === '' ? '' : `&${RANGE}`;
    const answer = await json(`/api/v1/export?${query}${range}`);
    const expected = message instanceof RegExp ? expect.stringMatching(message) : message;
    expect(answer).toEqual({ status, body: { error: { code, message: expected } } });
    expect((await web.get(first)).status).toBe(200);
  });
});

describe('what frames merge by', () => {
  const first = `service=shop&version=1&${RANGE}`;
  test('is the same for a picture, an export and a snapshot', async () => {
    const folded = await (await web.get(`/api/v1/export?${first}&format=folded&group=binary`)).text();
    expect(folded).toBe('[unknown] 100\n');
    const flame = await web.get(`/api/v1/flame?${first}&group=binary`);
    const { tree } = decodeCallTree(new Uint8Array(await flame.arrayBuffer()));
    expect([...tree.total]).toEqual([100, 100]);
    const created = await json('/api/v1/snapshots', {
      method: 'POST',
      body: JSON.stringify({ view: `/s/shop/flame?version=1&${RANGE}&group=binary&names=no-templates` }),
    });
    expect(created.body.view).toContain('group=binary&names=no-templates');
    const kept = await web.get(`/api/v1/snapshots/${created.body.id}`);
    expect(decodeCallTree(new Uint8Array(await kept.arrayBuffer())).tree.depth.length).toBe(2);
  });
});

describe('the lines of a function', () => {
  const ask = (query: string) => json(`/api/v1/lines?service=shop&version=1&${RANGE}&${query}`);
  test('come with what the whole is worth, and keep being the same', async () => {
    const found = await ask('function=serve&file=serve.c');
    expect(found).toEqual({ status: 200, body: { lines: [[7, 10, 100]], whole: 100, builds: [] } });
    const etag = (
      await web.get(`/api/v1/lines?service=shop&version=1&${RANGE}&function=serve&file=serve.c`)
    ).headers.get('etag')!;
    expect((await ask('function=serve&file=serve.c')).body).toEqual(found.body);
    expect(etag).toMatch(/^"[\w-]{27}"$/);
  });

  test.each([
    ['', 400, 'The parameter function is missing: name the function.'],
    ['function=nobody', 404, 'nobody is not in this selection any more.'],
    ['function=serve&file=other.c', 404, 'serve is not in this selection any more.'],
  ])('?%s is refused', async (query, status, message) => {
    expect(await ask(query)).toMatchObject({ status, body: { error: { message } } });
  });

  test('have no text where Strata was not told of one', async () => {
    expect(await json('/api/v1/source?file=a.c')).toMatchObject({
      status: 404,
      body: { error: { code: 'NO_SOURCES' } },
    });
  });
});

describe('columns', () => {
  const flame = `/api/v1/flame?service=shop&version=1&${RANGE}`;

  test.each(['zstd', 'br', 'gzip', 'identity'])('a flame graph comes as %s with what it covers', async (encoding) => {
    const response = await web.get(flame, { headers: { 'accept-encoding': encoding } });
    expect(response.headers.get('content-encoding')).toBe(encoding === 'identity' ? null : encoding);
    const { tree, meta } = decodeCallTree<ProfileMeta>(new Uint8Array(await response.arrayBuffer()));
    expect([...tree.total]).toEqual([100, 100, 100, 60, 30]);
    expect(meta).toMatchObject({
      service: 'shop',
      unit: 'nanoseconds',
      seconds: 60,
      samples: 3,
      instances: 1,
      total: 100,
    });
  });

  test('what has not changed costs no bytes', async () => {
    const etag = (await web.get(flame)).headers.get('etag')!;
    expect((await web.get(flame, { headers: { 'if-none-match': etag } })).status).toBe(304);
  });

  test('a comparison has both sides on one tree', async () => {
    const response = await web.get(
      `/api/v1/diff?service=shop&${RANGE.replaceAll('=', '.a=')}&version.a=1&${RANGE.replaceAll('=', '.b=')}&version.b=2`,
    );
    const { tree } = decodeDiffTree(new Uint8Array(await response.arrayBuffer()));
    expect([tree.totalA[0], tree.totalB[0]]).toEqual([100, 50]);
    expect(tree.functions.name).toContain('rules');
  });

  test('a comparison says which side is wrong or empty', async () => {
    const ask = (a: string, b: string) => json(`/api/v1/diff?service=shop&${a}&${b}`);
    const [from, to] = [FROM - 900, FROM - 600];
    const [emptyA, emptyB] = ['a', 'b'].map((side) => `from.${side}=${from}&to.${side}=${to}`);
    const messageOf = async (answer: ReturnType<typeof json>) => (await answer).body.error.message;
    expect(await messageOf(ask(emptyA!, emptyB!))).toMatch(/^Side A: shop has no cpu .* Side B: shop has no cpu /);
    expect(await messageOf(ask(RANGE.replaceAll('=', '.a='), emptyB!))).toMatch(/^Side B: shop has no cpu /);
    expect(await messageOf(ask(emptyA!, 'from.b=now&to.b=now'))).toBe(
      'Side B: The range is empty: from must lie before to.',
    );
  });

  test('no samples in the range is said with the time of the last one', async () => {
    const answer = await json(`/api/v1/flame?service=shop&from=${FROM - 900}&to=${FROM - 600}`);
    expect(answer).toEqual({
      status: 404,
      body: {
        error: {
          code: 'NO_SAMPLES',
          message: expect.stringMatching(/^shop has no cpu samples in this range; its last sample is of \d{4}-/),
        },
      },
    });
  });
});

describe('snapshots', () => {
  test('keep the very columns on screen, with the times they cover, under an address of their own', async () => {
    const flame = await web.get(`/api/v1/flame?service=shop&${RANGE}`);
    const shown = Buffer.from(await flame.arrayBuffer());
    const view = '/s/shop/flame?root=main&find=price&from=now-15m&to=now';
    const created = await json('/api/v1/snapshots', {
      method: 'POST',
      body: JSON.stringify({ view, etag: flame.headers.get('etag') }),
    });
    expect(created).toMatchObject({
      status: 201,
      body: { view: `/s/shop/flame?root=main&find=price&${RANGE}`, url: expect.stringMatching(/^\/share\/[\w-]{22}$/) },
    });
    const kept = await web.get(`/api/v1/snapshots/${created.body.id}`);
    expect(Buffer.from(await kept.arrayBuffer()).equals(shown)).toBe(true);
    const days = (created.body.expiresAt - created.body.createdAt) / 86_400;
    expect(days).toBe(90);
  });

  test.each(['{', '{"view":"/etc/passwd"}', '{"view":"/s/%E0%A4%A/flame"}', '{"view":"/s/shop/flame","more":1}'])(
    '%s is refused',
    async (body) => {
      expect(await json('/api/v1/snapshots', { method: 'POST', body })).toMatchObject({
        status: 400,
        body: { error: { code: 'INVALID_BODY' } },
      });
    },
  );

  test.each([
    ['/s/shop/flame?from=now-1000d&to=now', /^The range is 1,000 days long/],
    ['/s/shop/compare?from.a=now&to.a=now&from.b=now-1h&to.b=now', /from must lie before to/],
  ])('nothing is kept of %s', async (view, message) => {
    expect(await json('/api/v1/snapshots', { method: 'POST', body: JSON.stringify({ view }) })).toEqual({
      status: 400,
      body: { error: { code: 'INVALID_PARAMETER', message: expect.stringMatching(message) } },
    });
  });

  test('an address that leads nowhere says so', async () => {
    expect(await json('/api/v1/snapshots/AAAAAAAAAAAAAAAAAAAAAA')).toMatchObject({
      status: 404,
      body: { error: { code: 'SNAPSHOT_NOT_FOUND' } },
    });
  });
});

describe('questions of the pages', () => {
  const ask = (name: string, input: unknown) =>
    json(`/api/trpc/${name}?input=${encodeURIComponent(typeof input === 'string' ? input : JSON.stringify(input))}`);
  const timeline = (query: string) => ({ selection: `service=shop&${query}`, steps: 60 });

  test('of an agent the page has what its last report tells of stacks, and of one that is unknown nothing', async () => {
    const now = Math.floor(Date.now() / 1000) as UnixSeconds;
    const report = { agent: 'n:1', host: 'n', agentVersion: '1', kernel: '6', time: now, startedAt: now, reason: '' };
    const stacks = {
      executables: [{ path: '/bin/shop', outcomes: { COMPLETE: 3, NO_RULE: 1 }, table: null }],
      others: {},
      tables: [{ path: '/lib/odd', rows: 0, rules: 0, bytes: 0, buildMs: 1, failure: 'It is no ELF file.' }],
    };
    await web.storage.writeAgentReport({ ...report, state: 'sampling', frequencyHz: 99, counters: {} }, stacks);
    expect((await ask('agents.stacks', '"n:1"')).body.result.data).toEqual(stacks);
    expect((await ask('agents.stacks', '"n:2"')).body.result.data).toBeNull();
  });

  test.each([
    [
      'services.list',
      { from: 'now-1h', to: 'now-1h' },
      400,
      'INVALID_PARAMETER',
      'The range is empty: from must lie before to.',
    ],
    ['services.list', { from: 'now-401d', to: 'now' }, 400, 'INVALID_PARAMETER', /at most 400 days\.$/],
    ['services.list', { from: 1 }, 400, 'INVALID_PARAMETER', /^The input from cannot be used: /],
    ['services.list', '{', 400, 'INVALID_PARAMETER', 'The input cannot be read: it must be JSON.'],
    ['service.describe', 'service=shop&from=0', 400, 'INVALID_PARAMETER', /lies before the year 2000/],
    ['service.timeline', timeline('from=0&to=9999999999'), 400, 'INVALID_PARAMETER', /before the year 2000/],
    [
      'service.timeline',
      { ...timeline(RANGE), steps: 1e9 },
      400,
      'INVALID_PARAMETER',
      /^The input steps cannot be used/,
    ],
    ['agents.stacks', '""', 400, 'INVALID_PARAMETER', /^The input cannot be used: /],
    ['service.nothing', {}, 404, 'UNKNOWN_ADDRESS', 'No question has this name.'],
  ])('%s of %o is refused in one sentence', async (name, input, status, code, message) => {
    const text = input === 'service=shop&from=0' ? JSON.stringify(input) : input;
    const answer = await ask(name, text);
    expect({ status: answer.status, code: answer.body.error.data.code, message: answer.body.error.message }).toEqual({
      status,
      code,
      message: message instanceof RegExp ? expect.stringMatching(message) : message,
    });
  });
});

/** fetch does not let one choose these headers. */
const rawStatus = (method: string, headers: Record<string, string>) =>
  new Promise<number>((resolve, reject) =>
    request(`${web.base}/healthz`, { method, headers }, (response) => resolve(response.resume().statusCode!))
      .once('error', reject)
      .end(),
  );

describe('the guard', () => {
  test.each(['/s/%E0%A4%A/flame', '/api/%'])('%s is no address', async (path) => {
    expect((await json(path)).status).toBe(400);
  });

  test.each([
    ['GET', { host: 'localhost:7400' }, 200],
    ['GET', { host: 'evil.example:7400' }, 421],
    ['GET', { host: '127.0.0.1.evil.example' }, 421],
    ['POST', { 'sec-fetch-site': 'cross-site' }, 403],
    ['POST', { 'sec-fetch-site': 'same-origin' }, 405],
    ['POST', { origin: 'http://evil.example' }, 403],
  ] as const)('%s with %o gets %i', async (method, headers, status) => {
    expect(await rawStatus(method, headers as Record<string, string>)).toBe(status);
  });
});
