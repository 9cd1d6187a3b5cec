import { execFileSync } from 'node:child_process';
import { createHash, randomFillSync } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildId } from '@strata/profile';
import { describeElf } from '@strata/symbolizer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compileProgram, type Program } from './programs.ts';
import { S3Server } from './s3-server.ts';
import { openStore, pieces, send, temporaryFolder } from './stores.ts';

const PARTS_BYTES = 20 << 20;
let folder: string;
let server: S3Server;
let program: Program;
let buildId: BuildId;

beforeAll(async () => {
  folder = temporaryFolder('s3');
  program = compileProgram(folder, 'kept');
  ({ buildId } = await describeElf(program.full));
  server = new S3Server(join(folder, 'server'), 17480);
  await server.start();
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
const objects = () =>
  readdirSync(join(folder, 'server/strata/debug/files'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).split('debug/files/')[1]!);

test('debug files are kept on a real S3 server, in parts when they are large', async () => {
  const noise = join(folder, 'noise');
  writeFileSync(noise, randomFillSync(Buffer.alloc(PARTS_BYTES)));
  execFileSync('objcopy', ['--add-section', `.debug_noise=${noise}`, program.full]);
  const store = openStore(join(folder, 'one'), { s3: server.location });
  await send(store, buildId, program.symbolsOnly);
  const record = await send(store, buildId, program.full, { hash: sha256(program.full) });
  const hex = buildId.slice('gnu:'.length);
  const blob = `blobs/${record.sha256.slice(0, 2)}/${record.sha256}`;
  expect(objects().sort()).toEqual(
    expect.arrayContaining([blob, `files/gnu/${hex.slice(0, 2)}/${hex}.json`, expect.stringMatching(/^queue\/gnu-/)]),
  );
  expect(objects().filter((key) => key.startsWith('blobs/'))).toHaveLength(1);
  expect(readdirSync(join(folder, 'one/incoming'))).toEqual([]);
  await expect(send(store, buildId, program.debug)).rejects.toThrow('A debug file with dwarf is kept already.');

  // Another machine: what it has of its own is a folder for what it is reading.
  const elsewhere = openStore(join(folder, 'two'), { s3: server.location });
  const kept = await elsewhere.kept.find(buildId);
  const content = await elsewhere.kept.withContent(kept!.record, async (path) => sha256(path));
  expect(content).toBe(sha256(program.full));
  expect(readdirSync(join(folder, 'two/fetched'))).toEqual([]);
  const tickets = await elsewhere.kept.tickets();
  expect(tickets).toHaveLength(2);
  for (const ticket of tickets) await elsewhere.kept.settle(ticket, { state: 'indexed', reason: '', builder: '1' });
  expect(await store.kept.tickets()).toEqual([]);
});

test('while the server is away an upload waits where it is, and is finished when it is back', async () => {
  const other = compileProgram(folder, 'waits');
  const id = (await describeElf(other.full)).buildId;
  const store = openStore(join(folder, 'three'), { s3: server.location });
  const request = { buildId: id, bytes: statSync(other.debug).size, hash: sha256(other.debug), force: false };
  const { uploadId } = await store.begin(request, null);
  await store.write(uploadId, 0, pieces(other.debug));
  await server.stop();
  await expect(store.finish(id, uploadId, 'upload')).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
    message: expect.stringMatching(/^(Reading from|Writing to) strata on S3 failed: .*\.$/),
  });
  expect(existsSync(join(folder, 'three/incoming', uploadId, 'content'))).toBe(true);
  await server.start();
  expect((await store.finish(id, uploadId, 'upload')).kind).toBe('dwarf');
});

test('a bucket that is not there, and a wrong key, are named', async () => {
  const store = openStore(join(folder, 'four'), { s3: { ...server.location, bucket: 'nowhere' } });
  await expect(store.kept.find(buildId)).rejects.toThrow(/nowhere on S3 failed: .*bucket/i);
  process.env.AWS_SECRET_ACCESS_KEY = 'wrong';
  const wrong = openStore(join(folder, 'five'), { s3: server.location });
  await expect(wrong.kept.find(buildId)).rejects.toThrow(/strata on S3 failed: .*signature/i);
});
