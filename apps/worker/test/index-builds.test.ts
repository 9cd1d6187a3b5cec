import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DebugFiles } from '@strata/debug-files';
import type { BuildId, LookupAddress } from '@strata/profile';
import { createLogger } from '@strata/settings';
import { buildIndex, describeElf, type IndexStore, openIndexStore } from '@strata/symbolizer';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { compileProgram, type Program } from '../../../packages/debug-files/test/programs.ts';
import { send } from '../../../packages/debug-files/test/stores.ts';
import { IndexBuilds } from '../src/indexing/index-builds.ts';
import { addDebugDataBomb, claimUnpackedBytes } from './hostile-files.ts';

const MIB = 1 << 20;
let folder: string;
let program: Program;
let buildId: BuildId;
let data: string;
let files: DebugFiles;
let indexes: IndexStore;
/** Each look at the clock is a minute later than the one before: the store looks at its files each time. */
let nowMs = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'strata-index-builds-'));
  program = compileProgram(folder, 'named');
  ({ buildId } = await describeElf(program.full));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  data = mkdtempSync(join(folder, 'data-'));
  files = new DebugFiles({ folder: join(data, 'debug-files'), s3: null, bytesMost: 1 << 30, identify: describeElf });
  indexes = openIndexStore(join(data, 'symbols'), () => (nowMs += 60_000));
});

const builds = (limits = { bytes: 256 * MIB, seconds: 60 }) =>
  new IndexBuilds({
    files,
    indexes,
    scratch: join(data, 'building'),
    limits,
    logger: createLogger('test', 'fatal'),
  });

/** As nm says it; a stripped program's is the same. */
const addressOf = (name: string) => {
  const lines = execFileSync('nm', [program.full], { encoding: 'utf8' }).split('\n');
  return Number.parseInt(lines.find((line) => line.endsWith(` ${name}`))!, 16) as LookupAddress;
};
const nameAt = async (address: LookupAddress) => (await indexes.resolve(buildId, [address]))?.[0]?.[0]?.function;
const outcome = async (id: BuildId = buildId) => (await files.kept.find(id))?.outcome;

/** Processes of the index builder of this test’s data folder. */
const builders = () =>
  readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(join(data, 'building'));
    } catch {
      return false;
    }
  });

describe('the index of a debug file that arrived', () => {
  test('is built, and names appear', async () => {
    await send(files, buildId, program.debug);
    const work = builds();
    await work.run();
    expect(work.counters).toEqual({ built: 1, failed: 0 });
    expect(await nameAt(addressOf('named_square'))).toBe('named_square');
    expect(await outcome()).toMatchObject({ state: 'indexed', reason: '' });
    expect(await files.kept.tickets()).toEqual([]);
    expect(readdirSync(join(data, 'building'))).toEqual([]);
  });

  test('takes the place of a worse one, and not of a better one', async () => {
    const hidden = addressOf('named_hidden');
    await indexes.put(buildId, await buildIndex(program.stripped));
    expect(await nameAt(hidden)).toBeUndefined();
    await send(files, buildId, program.symbolsOnly);
    await builds().run();
    expect(await nameAt(hidden)).toBe('named_hidden');

    await send(files, buildId, program.debug);
    await indexes.put(buildId, await buildIndex(program.full));
    const theirs = await indexes.describe(buildId);
    await builds().run();
    expect(await outcome()).toMatchObject({ state: 'indexed' });
    expect(await indexes.describe(buildId)).toEqual(theirs);
  });

  test('takes the place of any other by force', async () => {
    const hidden = addressOf('named_hidden');
    await indexes.put(buildId, await buildIndex(program.full));
    await send(files, buildId, program.stripped, { force: true });
    await builds().run();
    expect(await outcome()).toMatchObject({ state: 'indexed' });
    expect(await nameAt(hidden)).toBeUndefined();
  });

  test('of separate debug information has the segments that the agent’s knows', async () => {
    const { segments } = await describeElf(program.full);
    await indexes.put(buildId, await buildIndex(program.stripped));
    await send(files, buildId, program.debug);
    await builds().run();
    expect(await indexes.describe(buildId)).toMatchObject({ segments, statistics: { source: 'dwarf' } });
    // Also when no index is left that knows them.
    rmSync(join(data, 'symbols'), { recursive: true });
    await builds().run();
    expect(await indexes.describe(buildId)).toMatchObject({ segments, statistics: { source: 'dwarf' } });
  });

  test('is built anew when what dwz moved out of it arrives, as a better one', async () => {
    const at = (name: string) => join(data, name);
    const source = `#include <cstdio>
namespace shared {
struct Basket { int items; const char *owner; double weight; };
inline __attribute__((always_inline)) int weigh(Basket &basket) {
  asm volatile("here: nop");
  return basket.items * 3;
}
}
int main(int count, char **) { shared::Basket basket{count, "", 1}; return std::printf("%d", shared::weigh(basket)); }
`;
    for (const name of ['left', 'right']) {
      writeFileSync(at(`${name}.cpp`), `${source}int only_${name};\n`);
      execFileSync('g++', ['-O2', '-g', '-gdwarf-4', '-Wl,--build-id', '-o', at(name), at(`${name}.cpp`)]);
    }
    // The link names its path: there it would be found without a store.
    execFileSync('dwz', ['-m', at('common'), at('left'), at('right')]);
    renameSync(at('common'), at('common.debug'));
    execFileSync('objcopy', ['--only-keep-debug', at('left'), at('left.debug')]);
    const id = (await describeElf(at('left'))).buildId;
    const here = execFileSync('nm', [at('left')], { encoding: 'utf8' })
      .split('\n')
      .find((line) => line.endsWith(' here'))!;
    const names = async () => {
      const [frames] = (await indexes.resolve(id, [Number.parseInt(here, 16) as LookupAddress])) ?? [];
      return frames?.map((frame) => frame.function);
    };

    await send(files, id, at('left.debug'));
    await builds().run();
    expect(await names()).not.toContain('shared::weigh(shared::Basket&)');
    expect(await files.kept.listNeeded()).toEqual([(await describeElf(at('common.debug'))).buildId]);
    const before = await indexes.describe(id);
    await send(files, (await describeElf(at('common.debug'))).buildId, at('common.debug'));
    await builds().run();
    await builds().run();
    expect(await names()).toEqual(['shared::weigh(shared::Basket&)', 'main']);
    expect((await indexes.describe(id))?.generation).toBe(before!.generation + 1);
    expect(await files.kept.tickets()).toEqual([]);
  });

  test('is built anew by a worker that starts after one was ended in the middle', async () => {
    await send(files, buildId, program.debug);
    const first = builds();
    const running = first.run();
    while (builders().length === 0) await sleep(5);
    await first.stop();
    await running;
    expect(await outcome()).toBeNull();
    expect(await files.kept.tickets()).toMatchObject([{ attempts: 0 }]);
    expect(builders()).toEqual([]);
    await builds().run();
    expect(await nameAt(addressOf('named_square'))).toBe('named_square');
  });
});

describe('a worker that starts builds anew', () => {
  const place = () => {
    const [kind, hex] = buildId.split(':') as [string, string];
    return join(data, 'symbols', kind, hex.slice(0, 2), `${hex}.strata-symbols`);
  };
  const FORMAT_VERSION_AT = 8;
  const BUILDER_VERSION_AT = 28;
  /** Lets the index that is there be one of another version. */
  const change = (at: number) => {
    const index = readFileSync(place());
    index.writeUInt32LE(index.readUInt32LE(at) - 1, at);
    writeFileSync(place(), index);
  };

  test.each<[string, () => void]>([
    ['is gone', () => rmSync(join(data, 'symbols'), { recursive: true })],
    ['has another format', () => change(FORMAT_VERSION_AT)],
    ['is damaged', () => writeFileSync(place(), 'text')],
    ['another builder made', () => change(BUILDER_VERSION_AT)],
  ])('what was indexed and %s, once', async (_, lose) => {
    await send(files, buildId, program.debug);
    await builds().run();
    lose();
    expect((await indexes.describe(buildId))?.isCurrent).not.toBe(true);
    const second = builds();
    await second.run();
    await second.run();
    expect(second.counters).toEqual({ built: 1, failed: 0 });
    expect((await indexes.describe(buildId))?.isCurrent).toBe(true);
    const third = builds();
    await third.run();
    expect(third.counters).toEqual({ built: 0, failed: 0 });
  });

  test('what an agent’s worse index took the place of', async () => {
    await send(files, buildId, program.debug);
    await builds().run();
    change(FORMAT_VERSION_AT);
    expect(await indexes.put(buildId, await buildIndex(program.stripped))).toBe(true);
    await builds().run();
    expect((await indexes.describe(buildId))?.statistics.source).toBe('dwarf');
  });

  test('what another builder failed with', async () => {
    await send(files, buildId, program.debug);
    const settle = async (builder: string) =>
      files.kept.settle((await files.kept.tickets())[0]!, { state: 'failed', reason: 'It is damaged.', builder });
    await settle('0.1.0');
    await builds().run();
    expect(await outcome()).toMatchObject({ state: 'indexed', builder: expect.stringMatching(/^\d+\.\d+\.\d+ \d+$/) });
  });
});

test('what hinders one build does not hinder the next, and is told at the end', async () => {
  const next = compileProgram(folder, 'next');
  const nextId = (await describeElf(next.full)).buildId;
  const { sha256 } = await send(files, buildId, program.debug);
  await send(files, nextId, next.debug);
  // A folder where its index should be.
  const [kind, hex] = buildId.split(':') as [string, string];
  const place = join(data, 'symbols', kind, hex.slice(0, 2), `${hex}.strata-symbols`);
  mkdirSync(join(place, 'x'), { recursive: true });
  await expect(builds().run()).rejects.toThrow();
  expect(await outcome(nextId)).toMatchObject({ state: 'indexed' });
  expect(await files.kept.tickets()).toMatchObject([{ sha256 }]);
  rmSync(place, { recursive: true });
  await builds().run();
  expect(await outcome()).toMatchObject({ state: 'indexed' });
});

describe('a file that cannot be used leaves one noted failure', () => {
  const failsOnce = async (work: IndexBuilds, id: BuildId, reason: RegExp | string) => {
    await work.run();
    expect(work.counters).toEqual({ built: 0, failed: 1 });
    expect(await outcome(id)).toMatchObject({ state: 'failed', reason: expect.stringMatching(reason) });
    await work.run();
    await builds().run();
    expect(work.counters).toEqual({ built: 0, failed: 1 });
    // The worker lives and builds what comes next.
    const other = compileProgram(folder, `after${Math.random().toString(36).slice(2)}`);
    await send(files, (await describeElf(other.full)).buildId, other.debug);
    await builds().run();
    expect(await files.kept.tickets()).toEqual([]);
  };

  test('when its builder is killed', async () => {
    await send(files, buildId, program.debug);
    const work = builds();
    const running = work.run();
    while (builders().length === 0) await sleep(5);
    for (const pid of builders()) process.kill(Number(pid), 'SIGKILL');
    await running;
    await failsOnce(work, buildId, 'Building its index ended the builder (SIGKILL).'.replace(/[().]/g, '\\$&'));
  });

  test('when it takes more memory than a build may', async () => {
    const bomb = compileProgram(folder, 'bomb');
    addDebugDataBomb(bomb.stripped, 120);
    const id = (await describeElf(bomb.stripped)).buildId;
    await send(files, id, bomb.stripped);
    await failsOnce(
      builds({ bytes: 64 * MIB, seconds: 60 }),
      id,
      /out of memory\.$|took more than 64 MiB of memory\.$/,
    );
  });

  test('when it unpacks to 100 GB', async () => {
    const bomb = compileProgram(folder, 'vast', ['-gz=zlib']);
    // gcc leaves small sections as they are.
    execFileSync('objcopy', ['--compress-debug-sections=zlib', bomb.full]);
    claimUnpackedBytes(bomb.full, '.debug_info', 100n << 30n);
    const id = (await describeElf(bomb.full)).buildId;
    await send(files, id, bomb.full);
    await failsOnce(builds(), id, /^It unpacks to 1073741\d+ bytes, and 1073741824 are the most that is taken\.$/);
  });

  test('when it takes longer than a build may', async () => {
    await send(files, buildId, program.debug);
    await failsOnce(builds({ bytes: 256 * MIB, seconds: 0.01 }), buildId, /took more than 0\.01 seconds/);
  });

  test('when its content is no longer in the store', async () => {
    const { sha256 } = await send(files, buildId, program.debug);
    rmSync(join(data, 'debug-files/blobs', sha256.slice(0, 2), sha256));
    await failsOnce(builds(), buildId, /^Its content is no longer in the store: upload it once more, with force\.$/);
    await send(files, buildId, program.debug, { hash: sha256, force: true });
    await builds().run();
    expect(await outcome()).toMatchObject({ state: 'indexed' });
  });

  test('when it ended the worker each time', async () => {
    await send(files, buildId, program.debug);
    for (let i = 0; i < 3; i++) await files.kept.start((await files.kept.tickets())[0]!);
    await failsOnce(builds(), buildId, /^Building its index ended the worker 3 times\.$/);
  });
});
