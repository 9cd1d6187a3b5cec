import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { useServer } from './embedded.ts';

const server = useServer(17420);

test('bound parameters keep what they are', async () => {
  const values = { n: '18446744073709551615', s: "it's a \t tab, a \\ and a ü", list: ['a', "b'c"], none: null };
  const query =
    'SELECT {n:UInt64} AS n, {s:String} AS s, {list:Array(String)} AS list, {none:Nullable(String)} AS none';
  const result = await server.client().query({
    query,
    query_params: values,
    format: 'JSONEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 1 },
  });
  expect(await result.json()).toEqual([values]);
});

test('parameters too long for an address come as a form', async () => {
  const list = Array.from({ length: 50_000 }, (_, i) => `value ${i}`);
  const result = await server.client().query({
    query: 'SELECT length({list:Array(String)}) AS n, {list:Array(String)}[50000] AS last',
    query_params: { list },
    use_multipart_params: true,
    format: 'JSONEachRow',
  });
  expect(await result.json()).toEqual([{ n: 50_000, last: 'value 49999' }]);
});

test('what one request sets is gone in the next', async () => {
  const client = server.client();
  const first = await client.query({
    query: "SELECT getSetting('max_block_size') AS size, {x:UInt8} AS x",
    query_params: { x: 7 },
    clickhouse_settings: { max_block_size: '123' },
    format: 'JSONCompactEachRow',
  });
  expect(await first.json()).toEqual([[123, 7]]);
  const second = await client.query({
    query: "SELECT getSetting('max_block_size') AS size",
    format: 'JSONCompactEachRow',
  });
  expect(await second.json()).not.toEqual([[123]]);
  await expect(client.query({ query: 'SELECT {x:UInt8}' })).rejects.toMatchObject({ code: '456' });
});

test('rows stream out while the server stays small', async () => {
  const rows = (count: number) => `SELECT number, repeat('x', 200) AS pad FROM numbers(${count})`;
  const million = await server.client().query({ query: rows(1_000_000), format: 'JSONEachRow' });
  let read = 0;
  for await (const batch of million.stream()) read += batch.length;
  expect(read).toBe(1_000_000);
  // The first million brought the engine's threads and buffers; from then on the size of a result must not matter.
  const before = peakMemory();
  const { stream } = await server.client().exec({ query: `${rows(4_000_000)} FORMAT JSONEachRow` });
  let bytes = 0;
  for await (const chunk of stream) bytes += (chunk as Buffer).length;
  expect(bytes).toBe(910_888_890);
  expect(peakMemory() - before).toBeLessThan(150 * 1024);
});

test('rows stream in, in one statement', async () => {
  const client = server.client();
  await client.command({ query: 'CREATE TABLE streamed (a UInt64, s String) ENGINE = MergeTree ORDER BY a' });
  const rows = Readable.from(
    (function* () {
      for (let a = 0; a < 300_000; a++) yield { a, s: `row ${a}` };
    })(),
  );
  const { summary } = await client.insert({ table: 'streamed', values: rows, format: 'JSONEachRow' });
  expect(summary).toMatchObject({ written_rows: '300000' });
  const check = await client.query({
    query: 'SELECT count(), sum(a), uniqExact(s) FROM streamed',
    format: 'JSONCompactEachRow',
  });
  expect(await check.json()).toEqual([[300_000, 44_999_850_000, 300_000]]);
});

test.each([
  { response: true, request: false },
  { response: false, request: true },
  { response: true, request: true },
])('compression %j', async (compression) => {
  const client = server.client({ compression });
  const table = `packed_${compression.request}_${compression.response}`;
  await client.command({ query: `CREATE TABLE ${table} (a UInt64) ENGINE = MergeTree ORDER BY a` });
  await client.insert({ table, values: Array.from({ length: 1000 }, (_, a) => ({ a })), format: 'JSONEachRow' });
  const result = await client.query({ query: `SELECT * FROM ${table} ORDER BY a`, format: 'JSONEachRow' });
  const { a } = (await result.json<{ a: number }>()).at(-1)!;
  expect([a, result.response_headers['content-encoding']]).toEqual([999, compression.response ? 'gzip' : undefined]);
});

test('an error behind the first rows reaches the client as such', async () => {
  const query = 'SELECT number, throwIf(number = 900000) FROM numbers(1000000)';
  const result = await server
    .client()
    .query({ query, format: 'JSONEachRow', clickhouse_settings: { max_block_size: '1000' } });
  const read = async () => {
    for await (const _ of result.stream()) {
    }
  };
  await expect(read()).rejects.toMatchObject({ code: '395', type: 'FUNCTION_THROW_IF_VALUE_IS_NON_ZERO' });
});

test('a slow query holds up no quick one', async () => {
  const client = server.client();
  let slowEnded = false;
  const slow = client
    .query({
      query: 'SELECT sleepEachRow(1) FROM numbers(3)',
      format: 'JSONEachRow',
      clickhouse_settings: { max_block_size: '1' },
    })
    .then((result) => result.json())
    .then(() => {
      slowEnded = true;
    });
  for (let i = 0; i < 10; i++) await (await client.query({ query: 'SELECT 1' })).text();
  expect(slowEnded).toBe(false);
  await slow;
});

test('an aborted query ends in the engine', async () => {
  const abort = new AbortController();
  const query = server.client().query({ query: `SELECT 'to abort', ${ENDLESS}`, abort_signal: abort.signal });
  await expect.poll(() => running('to abort')).toBe(1);
  abort.abort();
  await expect(query).rejects.toThrow('aborted');
  await expect.poll(() => running('to abort')).toBe(0);
});

test('KILL QUERY finds a query by the id its client gave', async () => {
  const query = server.client().query({ query: `SELECT 'to kill', ${ENDLESS}`, query_id: 'mine' });
  const killed = expect(query).rejects.toMatchObject({ code: '394' });
  await expect.poll(() => running('to kill')).toBe(1);
  await server.client().command({ query: "KILL QUERY WHERE query_id = 'mine' ASYNC" });
  await killed;
});

const ENDLESS = 'count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1';

/** How many queries with this text the engine runs. */
async function running(text: string): Promise<number> {
  const query = `SELECT count() FROM system.processes WHERE query LIKE 'SELECT ''${text}%'`;
  const result = await server.client().query({ query, format: 'JSONCompactEachRow' });
  return (await result.json<[number]>())[0]![0];
}

/** KiB the process has ever held. */
function peakMemory(): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${server.process.pid}/status`, 'utf8'))![1]);
}

test('each of many answers is whole, whatever the queries before it on its pipes did', async () => {
  const spoiling = server.client({ max_open_connections: 20 });
  // Errors before, while and after the engine opens its pipe, and clients that go.
  const spoilers = [
    () => spoiling.command({ query: 'SELECT * FROM nowhere.t' }),
    () => spoiling.command({ query: 'SELECT throwIf(number = 3) FROM numbers(9)' }),
    () => spoiling.command({ query: 'SELECT number FROM numbers(1e7)', abort_signal: AbortSignal.timeout(20) }),
    () => spoiling.insert({ table: 'nowhere', values: [{ a: 1 }] }),
  ];
  const asking = server.client({ max_open_connections: 40 });
  const right = Array.from({ length: 50 }, (_, n) => n);
  let errors = 0;
  const many = (length: number, one: (index: number) => Promise<void>) =>
    Promise.all(Array.from({ length }, (_, index) => one(index)));
  await Promise.all([
    many(500, async (index) => {
      await spoilers[index % spoilers.length]!().catch(() => {
        errors++;
      });
    }),
    many(4000, async (index) => {
      const query = `SELECT number + ${index} AS n FROM numbers(50)`;
      const rows = await (await asking.query({ query, format: 'JSONEachRow' })).json<{ n: string }>();
      expect(rows.map(({ n }) => Number(n) - index)).toEqual(right);
    }),
  ]);
  expect(errors).toBe(500);
}, 60_000);
