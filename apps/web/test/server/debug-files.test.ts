import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BuildId, Frame, LookupAddress, StackProfile, UnixSeconds } from '@strata/profile';
import { buildIndex, describeElf, openIndexStore } from '@strata/symbolizer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileProgram, type Program } from '../../../../packages/debug-files/test/programs.ts';
import { textBatch } from '../../../../packages/storage/test/text-batch.ts';
import { unnamedFiles } from '../../src/server/debug-files/unnamed-samples.ts';
import { WebUnderTest } from './web-process.ts';

let folder: string;
let web: WebUnderTest;
let program: Program;
let other: Program;
let buildId: BuildId;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'strata-web-debug-files-'));
  program = compileProgram(folder, 'dropped');
  other = compileProgram(folder, 'other');
  ({ buildId } = await describeElf(program.full));
  web = await WebUnderTest.start(17481, 17482);
});
afterAll(async () => {
  await web?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const DOOR = '/api/v1/debug-files';
type Reply = Record<string, unknown> & { status: number };

async function send(method: string, path: string, body?: Uint8Array<ArrayBuffer>): Promise<Reply> {
  const answer = await web.get(`${DOOR}${path}`, { method, ...(body && { body }) });
  return { status: answer.status, ...((await answer.json()) as object) };
}
const content = (path: string) => new Uint8Array(readFileSync(path));

interface Missing {
  samples: number;
  files: { buildId: string; state: string; reason: string; samples: number; services: string[]; searches: unknown[] }[];
}

async function missing(): Promise<Missing> {
  const input = encodeURIComponent(JSON.stringify({ from: 'now-1h', to: 'now' }));
  const answer = (await (await web.get(`/api/trpc/names.missing?input=${input}`)).json()) as {
    result: { data: Missing };
  };
  return answer.result.data;
}

describe('the door for debug files', () => {
  test('takes a file in pieces, going on where it was cut off, and refuses one of another build ID', async () => {
    const bytes = content(program.debug);
    const hash = createHash('sha256').update(bytes).digest('hex');
    const wrong = await send('PUT', `?buildId=${buildId}`, content(other.debug));
    expect(wrong).toMatchObject({ status: 422, error: { code: 'WRONG_BUILD_ID' } });

    const begin = `?size=${bytes.length}&buildId=${buildId}&hash=${hash}`;
    const begun = await send('POST', begin);
    expect(begun).toMatchObject({ status: 200, offset: 0 });
    expect(await send('PUT', `/${begun.upload}?offset=0`, bytes.slice(0, 1_000))).toMatchObject({ offset: 1_000 });
    expect(await send('POST', `/${begun.upload}/finish?buildId=${buildId}`)).toMatchObject({
      status: 409,
      error: { code: 'INCOMPLETE', message: `Of ${bytes.length} bytes 1000 have arrived: send the rest.` },
    });
    expect(await send('POST', begin)).toMatchObject({ upload: begun.upload, offset: 1_000 });
    await send('PUT', `/${begun.upload}?offset=1000`, bytes.slice(1_000));
    expect(await send('POST', `/${begun.upload}/finish?buildId=${buildId}`)).toEqual({
      status: 201,
      buildId,
      kind: 'dwarf',
      bytes: bytes.length,
    });
  });

  test('takes a whole file as what it is', async () => {
    const answer = await send('PUT', '', content(other.full));
    expect(answer).toMatchObject({ status: 201, buildId: (await describeElf(other.full)).buildId, kind: 'dwarf' });
    expect(await send('PUT', '', content(other.full))).toMatchObject({ status: 409, error: { code: 'ALREADY_THERE' } });
  });

  test('says in a sentence what it does not take', async () => {
    expect(await send('PUT', '?buildId=../../etc', content(other.full))).toMatchObject({
      status: 400,
      error: { code: 'INVALID_BUILD_ID' },
    });
    expect(await send('PUT', '', new TextEncoder().encode('text'))).toMatchObject({
      status: 422,
      error: { code: 'NOT_ELF', message: 'The file is no ELF file.' },
    });
    expect(await send('POST', '?size=many')).toMatchObject({ status: 400, error: { code: 'INVALID_REQUEST' } });
    expect(await send('PUT', '/../../x?offset=0', content(other.full))).toMatchObject({ status: 404 });
    expect(await send('PUT', '/abc?offset=0', content(other.full))).toMatchObject({
      status: 404,
      error: { code: 'UNKNOWN_UPLOAD' },
    });
    const foreign = { method: 'POST', headers: { origin: 'http://evil.example' } };
    expect((await web.get(`${DOOR}?size=1`, foreign)).status).toBe(403);
  });
});

describe('files without names', () => {
  test('are counted by the samples with such a frame in their stack, each once', async () => {
    const at = (id: string, address: number): Frame => ({
      kind: 'native',
      mapping: { buildId: id as BuildId, file: `/bin/${id}` },
      address: address as LookupAddress,
    });
    // a → b → a(unnamed), and a(unnamed) → a(unnamed)
    const profile: Pick<StackProfile, 'stacks' | 'count'> = {
      stacks: {
        frames: [at('gnu:aa', 1), at('gnu:bb', 1), at('gnu:aa', 2)],
        parent: Int32Array.of(-1, 0, 1, -1, 3),
        frame: Uint32Array.of(0, 1, 2, 2, 2),
      },
      count: Float64Array.of(1, 2, 4, 8, 16),
    };
    const named = [{ function: 'f', file: '', line: 0 }];
    const resolve = async (_: BuildId, addresses: readonly LookupAddress[]) =>
      addresses.map((address) => (address === 1 ? named : []));
    expect(await unnamedFiles(profile, resolve)).toEqual([
      { buildId: 'gnu:aa', path: '/bin/gnu:aa', samples: 28, addresses: 2, unnamed: 1, unreadable: '' },
    ]);
    const damaged = async () => Promise.reject(new Error('The symbol index is damaged.'));
    const [first] = await unnamedFiles(profile, damaged);
    expect(first).toMatchObject({ buildId: 'gnu:aa', unnamed: 2, unreadable: 'The symbol index is damaged.' });
  });

  test('have the reason of each: waiting, failed, looked for in vain, and not yet', async () => {
    const now = Math.floor(Date.now() / 1000);
    const failed = compileProgram(folder, 'failed');
    const failedId = (await describeElf(failed.full)).buildId;
    await send('PUT', '', content(failed.debug));
    const { debugFiles } = web;
    const ticket = (await debugFiles.kept.tickets()).find((each) => each.buildId === failedId)!;
    await debugFiles.kept.settle(ticket, { state: 'failed', reason: 'It is damaged.', builder: '1' });
    const time = now as UnixSeconds;
    const search = { place: 'agent', found: false, reason: 'None was found.', lookedAt: ['/usr/bin/x'], time };
    await web.storage.noteSymbolSearch({ ...search, buildId: 'gnu:dead' as BuildId });
    const stacks = [buildId, failedId, 'gnu:dead', 'gnu:beef'].map((id, i) => ({
      stack: `main;${id}@4096`,
      value: 1,
      count: 10 - i,
      workload: { service: i === 0 ? 'one' : 'two' },
    }));
    await web.storage.writeBatch(textBatch(now - 30, stacks), 'missing');
    const { files, samples } = await missing();
    expect(samples).toBe(34);
    expect(files.map(({ buildId: id, state, reason, services }) => [id, services, state, reason])).toEqual([
      [buildId, ['one'], 'waiting', 'Its debug file is there, and the index is being built.'],
      [failedId, ['two'], 'failed', 'It is damaged.'],
      ['gnu:dead', ['two'], 'missing', 'Nothing is known of it: no debug information was found.'],
      ['gnu:beef', ['two'], 'unknown', 'Nobody has said yet whether there is debug information for it.'],
    ]);
    expect(files[2]!.searches).toEqual([{ ...search, buildId: 'gnu:dead' }]);
  });

  test('have what nobody answered told apart from what is nowhere, and what dwz moved elsewhere named', async () => {
    const time = Math.floor(Date.now() / 1000) as UnixSeconds;
    const note = async (id: string, place: string, reason: string) =>
      web.storage.noteSymbolSearch({ buildId: id as BuildId, place, found: false, reason, lookedAt: [], time });
    await note('gnu:1a7e', 'https://debuginfod.example', 'It did not answer: nothing came for 90 s.');
    await note('gnu:57a7', 'agent', 'The file has no names.');
    const moved = compileProgram(folder, 'moved');
    const movedId = (await describeElf(moved.full)).buildId;
    await send('PUT', '', content(moved.debug));
    const { kept } = web.debugFiles;
    const ticket = (await kept.tickets()).find((each) => each.buildId === movedId)!;
    await kept.settle(ticket, { state: 'indexed', reason: '', builder: '1' });
    await kept.noteNeed(movedId, 'gnu:d312' as BuildId);
    await openIndexStore(web.symbolsFolder).put(movedId, await buildIndex(moved.debug));
    mkdirSync(join(web.symbolsFolder, 'gnu', 'da'), { recursive: true });
    writeFileSync(join(web.symbolsFolder, 'gnu', 'da', 'da4a9e.strata-symbols'), 'half an index');
    const stacks = ['gnu:1a7e', 'gnu:57a7', 'gnu:da4a9e', movedId].map((id) => ({ stack: `main;${id}@1`, value: 1 }));
    await web.storage.writeBatch(textBatch(time - 30, stacks), 'unanswered');
    const { files } = await missing();
    const told = new Map(files.map(({ buildId: id, state, reason }) => [id, `${state}: ${reason}`]));
    expect(told.get('gnu:1a7e')).toBe(
      'unknown: Nothing is known of it: https://debuginfod.example did not answer, and will be asked again.',
    );
    expect(told.get('gnu:57a7')).toBe('missing: Nothing is known of it: its agent says «The file has no names.»');
    expect(told.get('gnu:da4a9e')).toMatch(/^failed: Its index cannot be read: /);
    expect(told.get(movedId)).toBe(
      'incomplete: Its index, made from dwarf, does not know 1 of 1 addresses: dwz moved a part of its debug information to gnu:d312, which is not here.',
    );
  });
});
