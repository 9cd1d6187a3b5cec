import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildId } from '@strata/profile';
import { describeElf } from '@strata/symbolizer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DebugFiles } from '../src/index.ts';
import { compileProgram, type Program } from './programs.ts';
import { openStore, pieces, send, temporaryFolder } from './stores.ts';

let folder: string;
let program: Program;
let buildId: BuildId;
let other: Program;
let stores = 0;
const newStore = (options = {}): { store: DebugFiles; at: string } => {
  const at = join(folder, `store-${stores++}`);
  return { store: openStore(at, options), at };
};
const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
const blobs = (at: string) =>
  readdirSync(join(at, 'blobs'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());

beforeAll(async () => {
  folder = temporaryFolder('debug-files');
  program = compileProgram(folder, 'one');
  other = compileProgram(folder, 'two');
  ({ buildId } = await describeElf(program.full));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the store of debug files', () => {
  test('keeps a file under the hash of its content and queues it for its index', async () => {
    const { store, at } = newStore();
    const record = await send(store, buildId, program.debug, { hash: sha256(program.debug) });
    expect(record).toMatchObject({ buildId, kind: 'dwarf', sha256: sha256(program.debug), origin: 'upload' });
    expect(readFileSync(join(at, 'blobs', record.sha256.slice(0, 2), record.sha256))).toEqual(
      readFileSync(program.debug),
    );
    expect(await store.kept.tickets()).toMatchObject([{ buildId, sha256: record.sha256, attempts: 0 }]);
    expect(readdirSync(join(at, 'incoming'))).toEqual([]);
  });

  test('a build ID without its kind means the file’s own', async () => {
    const { store } = newStore();
    const record = await send(store, buildId.slice('gnu:'.length), program.debug);
    expect(record.buildId).toBe(buildId);
  });

  test('a second one of the same or a worse kind is refused, a better one takes its place', async () => {
    const { store, at } = newStore();
    await send(store, buildId, program.symbolsOnly);
    await expect(send(store, buildId, program.stripped)).rejects.toThrow('A debug file with symtab is kept already.');
    expect((await send(store, buildId, program.debug)).kind).toBe('dwarf');
    await expect(send(store, buildId, program.full)).rejects.toThrow('A debug file with dwarf is kept already.');
    expect(blobs(at)).toHaveLength(1);
    expect((await send(store, buildId, program.full, { force: true })).bytes).toBe(statSync(program.full).size);
    expect(blobs(at)).toHaveLength(1);
  });

  test('a file of another build ID is refused, and leaves nothing', async () => {
    const { store, at } = newStore();
    const theirs = (await describeElf(other.debug)).buildId;
    await expect(send(store, buildId, other.debug)).rejects.toThrow(
      `The file is of the build ID ${theirs}, not of ${buildId}: send the one that belongs to it.`,
    );
    expect(existsSync(join(at, 'blobs'))).toBe(false);
    expect(readdirSync(join(at, 'incoming'))).toEqual([]);
  });

  test.each(['../../etc/passwd', 'gnu:../../../x', 'AB12', 'a', `${'a'.repeat(66)}`, 'gnu:ab/cd', ''])(
    '«%s» is no build ID and touches no path',
    async (claim) => {
      const { store, at } = newStore();
      await expect(send(store, claim, program.debug)).rejects.toThrow('is no build ID');
      expect(existsSync(at)).toBe(false);
    },
  );

  test('an upload’s id that was made up touches no path', async () => {
    const { store } = newStore();
    await expect(store.finish(buildId, '../../secret', 'upload')).rejects.toThrow('There is no upload');
    await expect(store.write('../../secret', 0, pieces(program.debug))).rejects.toThrow('There is no upload');
  });

  test('other bytes than announced are refused', async () => {
    const { store } = newStore({ bytesMost: statSync(program.full).size - 1 });
    await expect(send(store, buildId, program.debug, { hash: sha256(other.debug) })).rejects.toThrow(
      'What arrived has the hash',
    );
    await expect(send(store, buildId, program.full)).rejects.toThrow('that STRATA_DEBUG_FILE_BYTES lets in');
    const short = { buildId, bytes: 100, hash: '', force: false };
    const { uploadId } = await store.begin(short, null);
    await expect(store.write(uploadId, 0, pieces(program.debug))).rejects.toThrow('More bytes came than the 100');
    await expect(store.finish(buildId, uploadId, 'upload')).rejects.toThrow('Of 100 bytes 0 have arrived');
  });

  test('an upload goes on in another process where it was cut off', async () => {
    const { store, at } = newStore();
    const bytes = statSync(program.debug).size;
    const request = { buildId, bytes, hash: sha256(program.debug), force: false };
    async function* cutOff() {
      yield* pieces(program.debug, 0, 5000, 1000);
      throw new Error('the connection broke');
    }
    const begun = await store.begin(request, null);
    await expect(store.write(begun.uploadId, 0, cutOff())).rejects.toThrow('the connection broke');

    const restarted = openStore(at);
    const again = await restarted.begin(request, null);
    expect(again).toEqual({ uploadId: begun.uploadId, offset: 5000 });
    await restarted.write(again.uploadId, 5000, pieces(program.debug, 5000));
    expect((await restarted.finish(buildId, again.uploadId, 'upload')).sha256).toBe(sha256(program.debug));
    // The answer was lost: asked again it is the same.
    expect((await restarted.finish(buildId, again.uploadId, 'upload')).sha256).toBe(sha256(program.debug));
  });

  test('what nobody went on with is deleted after a day', async () => {
    const { store, at } = newStore();
    const { uploadId } = await store.begin({ buildId, bytes: 10, hash: '', force: false }, null);
    expect(await store.removeStale()).toBe(0);
    const yesterday = new Date(Date.now() - 25 * 3_600_000);
    utimesSync(join(at, 'incoming', uploadId, 'content'), yesterday, yesterday);
    expect(await store.removeStale()).toBe(1);
    expect(readdirSync(join(at, 'incoming'))).toEqual([]);
  });
});

describe('what became of a file', () => {
  test('one that failed is not taken again, another one is', async () => {
    const { store } = newStore();
    const record = await send(store, buildId, program.debug);
    const [ticket] = await store.kept.tickets();
    await store.kept.settle(await store.kept.start(ticket!), {
      state: 'failed',
      reason: 'It is damaged.',
      builder: '1',
    });
    expect(await store.kept.tickets()).toEqual([]);
    const offer = { claim: { kind: 'gnu', hex: buildId.slice(4) }, kind: null, force: false } as const;
    expect(await store.decide({ ...offer, hash: record.sha256 })).toEqual({
      wanted: false,
      reason: 'This very file is kept already and cannot be used: It is damaged.',
    });
    expect((await store.decide({ ...offer, hash: sha256(program.full) })).wanted).toBe(true);
    const none = async () => false;
    expect(await store.kept.requeueOutdated('1', none)).toBe(0);
    expect(await store.kept.requeueOutdated('2', none)).toBe(1);
    // It waits by now, and its attempts count.
    await store.kept.start((await store.kept.tickets())[0]!);
    expect(await store.kept.requeueOutdated('2', none)).toBe(0);
    expect(await store.kept.tickets()).toMatchObject([{ attempts: 1 }]);
  });

  test('one whose index is gone is queued again, whatever built it', async () => {
    const { store } = newStore();
    await send(store, buildId, program.debug);
    const settle = async () =>
      store.kept.settle((await store.kept.tickets())[0]!, { state: 'indexed', reason: '', builder: '1' });
    await settle();
    expect(await store.kept.requeueOutdated('2', async () => true)).toBe(0);
    expect(await store.kept.requeueOutdated('1', async () => false)).toBe(1);
  });

  test.each(['indexed', 'failed'] as const)(
    'the very file that is kept and %s is taken again by force',
    async (state) => {
      const { store, at } = newStore();
      const hash = sha256(program.debug);
      await send(store, buildId, program.debug, { hash });
      await store.kept.settle((await store.kept.tickets())[0]!, { state, reason: '', builder: '1' });
      await expect(send(store, buildId, program.debug, { hash })).rejects.toThrow('This very file is kept already');
      await send(store, buildId, program.debug, { hash, force: true });
      expect(await store.kept.tickets()).toMatchObject([{ sha256: hash, attempts: 0, force: true }]);
      expect(blobs(at)).toHaveLength(1);
    },
  );

  test('what an index needs besides and is not here is told by the file that needs it', async () => {
    const { store } = newStore();
    const theirs = (await describeElf(other.debug)).buildId;
    await store.kept.noteNeed(buildId, theirs);
    expect(await store.kept.listUnmet()).toEqual(new Map([[buildId, theirs]]));
    await send(store, theirs, other.debug);
    expect(await store.kept.listUnmet()).toEqual(new Map());
  });

  test('the outcome of a file that was replaced is not that of the new one', async () => {
    const { store } = newStore();
    await send(store, buildId, program.symbolsOnly);
    const [ticket] = await store.kept.tickets();
    await send(store, buildId, program.debug);
    await store.kept.settle(ticket!, { state: 'indexed', reason: '', builder: '1' });
    expect((await store.kept.find(buildId))?.outcome).toBeNull();
    expect(await store.kept.tickets()).toHaveLength(1);
  });

  test('something else in the store’s place is named', async () => {
    const { store, at } = newStore();
    const hex = buildId.slice('gnu:'.length);
    mkdirSync(join(at, 'files/gnu', hex.slice(0, 2)), { recursive: true });
    writeFileSync(join(at, 'files/gnu', hex.slice(0, 2), `${hex}.json`), '{');
    await expect(store.kept.find(buildId)).rejects.toThrow(`The debug file store has something else at files/gnu/`);
  });
});
