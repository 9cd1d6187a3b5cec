import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '../src/index.ts';

const PORT = 17422;
const started: EmbeddedClickHouse[] = [];
let dataFolder: string;

beforeEach(() => {
  dataFolder = mkdtempSync(join(tmpdir(), 'strata-clickhouse-'));
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.kill()));
  rmSync(dataFolder, { recursive: true, force: true });
});

async function start(options: { dataFolder: string; port: number }): Promise<EmbeddedClickHouse> {
  const server = await startEmbeddedClickHouse(options);
  started.push(server);
  return server;
}

async function ask({ url, user, password }: EmbeddedClickHouse, body: string): Promise<string> {
  const headers = { 'X-ClickHouse-User': user, 'X-ClickHouse-Key': password };
  return (await fetch(url, { method: 'POST', body, headers })).text();
}

test('rows and password survive a kill and a clean stop', async () => {
  let server = await start({ dataFolder, port: PORT });
  const { password } = server;
  await ask(server, 'CREATE TABLE strata.kept (a UInt64) ENGINE = MergeTree ORDER BY a');
  await ask(server, 'INSERT INTO strata.kept SELECT * FROM numbers(1000)');
  await server.kill();
  server = await start({ dataFolder, port: PORT });
  await ask(server, 'INSERT INTO strata.kept FORMAT CSV\n1\n2\n');
  expect(await server.stop()).toBe(0);
  server = await start({ dataFolder, port: PORT });
  expect(await ask(server, 'SELECT count() FROM strata.kept')).toBe('1002\n');
  expect(server.password).toBe(password);
});

test('a stop ends the queries that run', async () => {
  const server = await start({ dataFolder, port: PORT });
  const endless = ask(server, 'SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1');
  await expect.poll(() => ask(server, 'SELECT count() FROM system.processes')).toBe('2\n');
  expect(await server.stop()).toBe(0);
  expect(await endless).toContain('Code: 394.');
});

test('the password is its owner’s alone', async () => {
  const { password } = await start({ dataFolder, port: PORT });
  const file = join(dataFolder, 'clickhouse-password');
  expect([statSync(file).mode & 0o777, readFileSync(file, 'utf8').trim()]).toEqual([0o600, password]);
});

test('a second process on the same folder, and one on the same port, say so in one sentence', async () => {
  const { pid } = await start({ dataFolder, port: PORT });
  await expect(start({ dataFolder, port: PORT + 1 })).rejects.toThrow(`is in use by process ${pid}`);
  const other = mkdtempSync(join(tmpdir(), 'strata-clickhouse-'));
  await expect(start({ dataFolder: other, port: PORT })).rejects.toThrow(`Port ${PORT} of 127.0.0.1 is in use`);
  rmSync(other, { recursive: true });
});

test('no log table is written', async () => {
  const server = await start({ dataFolder, port: PORT });
  expect(await ask(server, "SELECT name FROM system.tables WHERE database = 'system' AND name LIKE '%\\_log'")).toBe(
    '',
  );
});
