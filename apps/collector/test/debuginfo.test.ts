import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ChannelCredentials } from '@grpc/grpc-js';
import { xxh64 } from '@node-rs/xxhash';
import { DebuginfoServiceClient } from '@parca/client/dist/parca/debuginfo/v1alpha1/debuginfo.client';
import { GrpcTransport } from '@protobuf-ts/grpc-transport';
import { describeElf } from '@strata/symbolizer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileProgram, type Program } from '../../../packages/debug-files/test/programs.ts';
import { startCollector, type TestCollector } from './collector.ts';

const ENGINE_PORT = 17471;
const PIECE_BYTES = 4_096;
let collector: TestCollector;
let parca: DebuginfoServiceClient;
let transport: GrpcTransport;
let folder: string;
let program: Program;
let other: Program;
let hex: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'strata-debuginfo-'));
  program = compileProgram(folder, 'uploaded');
  other = compileProgram(folder, 'another');
  hex = (await describeElf(program.full)).buildId.slice('gnu:'.length);
  collector = await startCollector(ENGINE_PORT);
  const channelCredentials = ChannelCredentials.createInsecure();
  transport = new GrpcTransport({ host: new URL(collector.url).host, channelCredentials });
  parca = new DebuginfoServiceClient(transport);
});
afterAll(async () => {
  transport?.close();
  await collector?.close();
  rmSync(folder, { recursive: true, force: true });
});

const parcaHash = (content: Buffer) => xxh64(content).toString(16).padStart(16, '0');

/** What `parca-debuginfo upload` does, call by call. */
async function uploadAsParca(buildId: string, path: string, hash = parcaHash(readFileSync(path))): Promise<string> {
  const content = readFileSync(path);
  const more = { buildId, hash, force: false, type: 0, buildIdType: 0 };
  const should = (await parca.shouldInitiateUpload(more)).response;
  if (!should.shouldInitiateUpload) return should.reason;
  const initiated = (await parca.initiateUpload({ ...more, size: BigInt(content.length) })).response;
  const { uploadId, uploadStrategy } = initiated.uploadInstructions!;
  expect(uploadStrategy).toBe(1);
  const call = parca.upload();
  await call.requests.send({ data: { oneofKind: 'info', info: { buildId, uploadId, type: 0 } } });
  for (let at = 0; at < content.length; at += PIECE_BYTES) {
    const chunkData = content.subarray(at, at + PIECE_BYTES);
    await call.requests.send({ data: { oneofKind: 'chunkData', chunkData } });
  }
  await call.requests.complete();
  expect((await call.response).size).toBe(BigInt(content.length));
  await parca.markUploadFinished({ buildId, uploadId, type: 0 });
  return 'uploaded';
}

describe('Parca’s own client over gRPC', () => {
  test('uploads a debug file, once', async () => {
    expect(await uploadAsParca(hex, program.debug)).toBe('uploaded');
    const hash = createHash('sha256').update(readFileSync(program.debug)).digest('hex');
    const kept = join(collector.settings.debugFiles.folder, 'blobs', hash.slice(0, 2), hash);
    expect(statSync(kept).size).toBe(statSync(program.debug).size);
    expect(await uploadAsParca(hex, program.debug)).toBe('This very file is kept already.');
    expect(await uploadAsParca(hex, program.full)).toBe('A debug file with dwarf is kept already.');
  });

  test('hears in a sentence why a file is refused, and goes on over the same connection', async () => {
    const theirs = (await describeElf(other.full)).buildId;
    const refusalOf = (buildId: string, hash?: string) =>
      uploadAsParca(buildId, other.debug, hash).catch(({ code, message }) => `${code}: ${decodeURIComponent(message)}`);
    expect(await refusalOf('abcd')).toBe(
      `INVALID_ARGUMENT: The file is of the build ID ${theirs}, not of abcd: send the one that belongs to it.`,
    );
    expect(await refusalOf('abcd', parcaHash(Buffer.from('else')))).toMatch(/^DATA_LOSS: What arrived has the hash/);
    expect(await refusalOf('../../../etc')).toMatch(/^INVALID_ARGUMENT: «..\/..\/..\/etc» is no build ID/);
    expect(await uploadAsParca(theirs.slice('gnu:'.length), other.debug)).toBe('uploaded');
    const metrics = await (await fetch(`${collector.url}/metrics`)).text();
    expect(metrics).toContain('strata_collector_refused_total{door="debuginfo",reason="WRONG_BUILD_ID"} 1');
    expect(metrics).toContain('strata_collector_stored_total{door="debuginfo"} 2');
  });

  test('is told that executables and sources are not kept', async () => {
    const asked = { buildId: hex, hash: '', force: false, type: 1, buildIdType: 0 };
    expect((await parca.shouldInitiateUpload(asked)).response).toMatchObject({ shouldInitiateUpload: false });
  });
});

describe('one port', () => {
  const service = '/parca.debuginfo.v1alpha1.DebuginfoService';

  test('answers Connect over HTTP/1.1 as well', async () => {
    const answer = await fetch(`${collector.url}${service}/ShouldInitiateUpload`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ buildId: 'feed' }),
    });
    expect(await answer.json()).toEqual({
      shouldInitiateUpload: true,
      reason: 'There is no debug file for this build ID yet.',
    });
  });

  const saying = async (...pieces: string[]) => {
    const socket = connect(Number(new URL(collector.url).port), '127.0.0.1');
    for (const piece of pieces) {
      socket.write(piece);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return text(socket);
  };

  test('knows HTTP/1.1 and HTTP/2 however their first bytes arrive', async () => {
    const get = ['G', 'ET /healthz HTTP/1.1\r\n', 'Host: localhost\r\nConnection: close\r\n\r\n'];
    expect(await saying(...get)).toMatch(/^HTTP\/1\.1 200 OK/);
    const put = ['P', 'UT /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'];
    expect(await saying(...put)).toMatch(/^HTTP\/1\.1 404 Not Found/);
    const settingsFrame = 4;
    const said = await saying('PRI * HT', 'TP/2.0\r\n\r\nSM\r\n\r\n', 'nonsense'.repeat(8));
    expect(said.charCodeAt(3)).toBe(settingsFrame);
    expect(await saying('PRI * HTTP/3.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 400/);
  });

  test('keeps pages of other names away from HTTP/2 too', async () => {
    const { connect: connectHttp2 } = await import('node:http2');
    const session = connectHttp2(collector.url);
    const stream = session.request({
      ':method': 'POST',
      ':path': `${service}/ShouldInitiateUpload`,
      ':authority': 'evil.example',
      'content-type': 'application/grpc',
    });
    stream.end();
    // Its content is not read: a collector that is told to stop does not wait for that.
    const status = await new Promise((resolve) => stream.once('response', (headers) => resolve(headers[':status'])));
    expect(status).toBe(421);
  });
});
