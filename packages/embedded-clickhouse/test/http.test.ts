import { request } from 'node:http';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { useServer } from './embedded.ts';

const server = useServer(17421);
const sql = (statement: string) => server.http('/', { method: 'POST', body: statement });
const text = async (statement: string) => (await sql(statement)).text();

test.each([
  ['SELEC 1', 400, '62'],
  ['SELECT 1; SELECT 2', 400, '62'],
  ['', 400, '62'],
  ['SELECT * FROM nowhere.t', 404, '81'],
  ['SELECT * FROM strata.nothing', 404, '60'],
  ['SELECT nothing', 404, '47'],
  ['SELECT 1 FORMAT Nothing', 404, '73'],
  ['SELECT 1 FORMAT Protobuf', 400, '36'],
  ["SELECT throwIf(1, 'on purpose')", 500, '395'],
  ["SELECT 1 INTO OUTFILE '/tmp/x'", 500, '358'],
  [
    'SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1 SETTINGS max_execution_time = 0.2',
    408,
    '159',
  ],
])('%s is status %i and code %s', async (statement, status, code) => {
  const response = await sql(statement);
  expect(await response.text()).toMatch(new RegExp(`^Code: ${code}\\. DB::Exception: .*\\([A-Z_]+\\)\n$`, 's'));
  expect([response.status, response.headers.get('x-clickhouse-exception-code')]).toEqual([status, code]);
});

test.each([
  ['/?query=SELECT%201&no_such_setting=1', 404, '115'],
  ['/?query=DROP%20DATABASE%20strata', 500, '164'],
  ['/?query=SELECT%201&session_id=a', 501, '48'],
])('GET %s is status %i and code %s', async (path, status, code) => {
  const response = await server.http(path);
  expect([response.status, response.headers.get('x-clickhouse-exception-code')]).toEqual([status, code]);
});

test('the headers of an answer', async () => {
  const response = await server.http('/?query=SELECT+1&query_id=mine&default_format=JSONEachRow');
  expect(await response.text()).toBe('{"1":1}\n');
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': expect.stringContaining('application/x-ndjson'),
    'x-clickhouse-query-id': 'mine',
    'x-clickhouse-format': 'JSONEachRow',
    'x-clickhouse-server-display-name': 'strata',
    'x-clickhouse-summary': expect.stringContaining('"read_rows":"1"'),
  });
});

test.each(['/ping', '/replicas_status', '/'])('%s answers without credentials', async (path) => {
  const response = await fetch(`${server.process.url}${path}`);
  expect([response.status, await response.text()]).toEqual([200, 'Ok.\n']);
});

test.each(['//', '//other.example/ping'])('GET %s is nobody’s address, and the server goes on', async (path) => {
  expect((await fetch(`${server.process.url}${path}`)).status).toBe(404);
  expect((await fetch(`${server.process.url}/ping`)).status).toBe(200);
});

test('who may ask', async () => {
  const { url, user, password } = server.process;
  const status = async (query: string, headers: Record<string, string> = {}) =>
    (await fetch(`${url}/?query=SELECT+1${query}`, { headers })).status;
  const basic = (pair: string) => ({ Authorization: `Basic ${Buffer.from(pair).toString('base64')}` });
  expect(await status('')).toBe(401);
  expect(await status('', basic(`${user}:wrong`))).toBe(403);
  expect(await status('', basic(`default:${password}`))).toBe(403);
  expect(await status('&user=strata&password=')).toBe(403);
  expect(await status('', basic(`${user}:${password}`))).toBe(200);
  expect(await status('', { 'X-ClickHouse-User': user, 'X-ClickHouse-Key': password })).toBe(200);
  expect(await status(`&user=${user}&password=${password}`)).toBe(200);
});

test('each format goes out and in again', async () => {
  const formats = [
    'JSONEachRow',
    'JSONCompactEachRow',
    'CSV',
    'TSV',
    'RowBinary',
    'Native',
    'ArrowStream',
    'Parquet',
    'Values',
  ];
  await text('CREATE TABLE strata.formats (f String, a UInt64, s String) ENGINE = MergeTree ORDER BY f');
  for (const format of formats) {
    const rows = `SELECT '${format}' AS f, number AS a, concat('ü\t', toString(number)) AS s FROM numbers(100)`;
    const out = await server.http('/', { method: 'POST', body: `${rows} FORMAT ${format}` });
    const body = Buffer.from(await out.arrayBuffer());
    const into = encodeURIComponent(`INSERT INTO strata.formats FORMAT ${format}`);
    const response = await server.http(`/?query=${into}`, { method: 'POST', body });
    expect([format, response.status, await response.text()]).toEqual([format, 200, '']);
  }
  const counts = await text(
    "SELECT f, count(), sum(a), countIf(s = concat('ü\t', toString(a))) FROM strata.formats GROUP BY f FORMAT CSV",
  );
  expect(counts.trim().split('\n').sort()).toEqual(formats.map((format) => `"${format}",100,4950,100`).sort());
});

test.each([
  ['gzip', gzipSync],
  ['zstd', zstdCompressSync],
] as const)('a body in %s, and what is not %s', async (encoding, compress) => {
  const table = `strata.body_${encoding}`;
  await text(`CREATE TABLE ${table} (a UInt64) ENGINE = MergeTree ORDER BY a`);
  const insert = (body: Uint8Array<ArrayBuffer>) =>
    server.http(`/?query=INSERT+INTO+${table}+FORMAT+CSV`, {
      method: 'POST',
      body,
      headers: { 'content-encoding': encoding },
    });
  const packed = Uint8Array.from(compress(Buffer.from(Array.from({ length: 50_000 }, (_, a) => `${a}\n`).join(''))));
  expect((await insert(packed)).status).toBe(200);
  expect((await insert(packed.subarray(0, packed.length - 20))).headers.get('x-clickhouse-exception-code')).toBe('271');
  expect((await insert(Buffer.from('not packed at all'))).headers.get('x-clickhouse-exception-code')).toBe('271');
  expect(await text(`SELECT count() FROM ${table}`)).toBe('50000\n');
});

test('statement and rows in one body', async () => {
  await text('CREATE TABLE strata.inline (a UInt64, s String) ENGINE = MergeTree ORDER BY a');
  await text("INSERT INTO strata.inline VALUES (1, upper('x')), (2, 'FORMAT CSV');");
  await text(
    '/* rows */ INSERT INTO strata.inline (s, a) SETTINGS max_insert_block_size = 10 FORMAT JSONCompactEachRow\n["ü", 3]',
  );
  expect(await text('SELECT * FROM strata.inline ORDER BY a FORMAT CSV -- all')).toBe('1,"X"\n2,"FORMAT CSV"\n3,"ü"\n');
});

test('an insert whose client goes in the middle leaves nothing', async () => {
  await text('CREATE TABLE strata.halves (a UInt64) ENGINE = MergeTree ORDER BY a');
  const { url, user, password } = server.process;
  const headers = { 'X-ClickHouse-User': user, 'X-ClickHouse-Key': password };
  const half = request(`${url}/?query=INSERT+INTO+strata.halves+FORMAT+JSONEachRow`, { method: 'POST', headers });
  half.on('error', () => {});
  half.write('{"a":1}\n'.repeat(10_000));
  const inserting = () => text("SELECT count() FROM system.processes WHERE query LIKE 'INSERT%halves%'");
  await expect.poll(inserting).toBe('1\n');
  half.destroy();
  await expect.poll(inserting).toBe('0\n');
  expect(await text('SELECT count() FROM strata.halves')).toBe('0\n');
});

test('an insert with the same token is taken once, also by what depends on it', async () => {
  await text(
    'CREATE TABLE strata.raw (a UInt64) ENGINE = MergeTree ORDER BY a SETTINGS non_replicated_deduplication_window = 1000',
  );
  await text(
    'CREATE TABLE strata.sums (n UInt64) ENGINE = SummingMergeTree ORDER BY tuple() SETTINGS non_replicated_deduplication_window = 1000',
  );
  await text('CREATE MATERIALIZED VIEW strata.to_sums TO strata.sums AS SELECT count() AS n FROM strata.raw');
  const insert = (token: string) =>
    server.http(
      `/?query=INSERT+INTO+strata.raw+FORMAT+CSV&insert_deduplication_token=${token}&deduplicate_blocks_in_dependent_materialized_views=1`,
      { method: 'POST', body: '1\n2\n' },
    );
  for (const token of ['one', 'one', 'two']) expect((await insert(token)).status).toBe(200);
  expect(await text('SELECT count(), (SELECT sum(n) FROM strata.sums) FROM strata.raw FORMAT CSV')).toBe('4,4\n');
});

test('more queries than can wait are refused with 503, and all others run', async () => {
  const slow = async () => {
    const response = await sql('SELECT sleep(0.3)');
    await response.text();
    return response.status;
  };
  const statuses = await Promise.all(Array.from({ length: 16 + 256 + 28 }, slow));
  const count = (status: number) => statuses.filter((each) => each === status).length;
  expect(count(503)).toBeGreaterThan(0);
  expect(count(503)).toBeLessThanOrEqual(28);
  expect(count(200)).toBe(statuses.length - count(503));
});

test('a query that would take too much memory is refused, and the next one runs', async () => {
  const response = await sql('SELECT length(groupArray(number)) FROM numbers(200000000)');
  expect([response.status, response.headers.get('x-clickhouse-exception-code')]).toEqual([500, '241']);
  expect(await text('SELECT 1')).toBe('1\n');
});
