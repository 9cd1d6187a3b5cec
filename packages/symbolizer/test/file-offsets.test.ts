import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { decodePprof, type StackProfile } from '@strata/profile';
import { buildIndex, describeElf, type IndexStore, nameFrames, openIndexStore } from '@strata/symbolizer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ProfileSchema } from '../../profile/src/generated/pprof_pb.ts';

const SOURCE = `
__attribute__((noinline)) int price(int n) { return n * n; }
__attribute__((noinline)) int checkout(int n) { return price(n) + 1; }
int main(int argc, char **argv) { return checkout(argc); }
`;
const ORIGIN = {
  workload: { service: 'shop', version: '', environment: '', namespace: '', cluster: '', labels: {} },
  source: { host: 'n1', pod: '', container: '', process: '', thread: '', labels: {} },
};
const PAGE = 0x1000;
const NAMES = ['price', 'checkout', 'main'];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'strata-file-offsets-'));
  writeFileSync(join(folder, 'shop.c'), SOURCE);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A pprof as a process would write it whose `segment` is mapped at `start`: a location per address, without names. */
function pprofOf(buildId: string, start: number, fileOffset: number, addresses: readonly number[]): Uint8Array {
  return toBinary(
    ProfileSchema,
    create(ProfileSchema, {
      stringTable: ['', 'cpu', 'nanoseconds', '/srv/shop', buildId.split(':')[1]!],
      sampleType: [{ type: 1n, unit: 2n }],
      mapping: [
        {
          id: 1n,
          memoryStart: BigInt(start),
          memoryLimit: BigInt(start + (1 << 20)),
          fileOffset: BigInt(fileOffset),
          filename: 3n,
          buildId: 4n,
        },
      ],
      location: addresses.map((address, i) => ({ id: BigInt(i + 1), mappingId: 1n, address: BigInt(address) })),
      sample: addresses.map((_, i) => ({ locationId: [BigInt(i + 1)], value: [10n] })),
    }),
  );
}

test.each([
  ['at a fixed address', 'gcc -O1 -no-pie'],
  ['far from where it is in the file', 'gcc -O1 -no-pie -Wl,-Ttext-segment=0x7000000'],
  ['with code and headers in one segment', 'gcc -O1 -no-pie -Wl,-z,noseparate-code'],
  ['by lld, which moves each segment by a page', 'clang-19 -O1 -fuse-ld=lld -Wl,--build-id'],
])('addresses of a process running a program linked %s are named', async (_, compiler) => {
  const path = compileWith(compiler);
  const store = openIndexStore(join(folder, compiler.replaceAll(/\W/g, '')));
  await store.put((await describeElf(path)).buildId, await buildIndex(path));
  expect(await namesOf(path, store)).toEqual([...NAMES, '[shop]']);
});

test('they keep their names when separate debug information, which has no segments, comes later', async () => {
  const path = compileWith('gcc -g -O1 -no-pie -Wl,-Ttext-segment=0x7000000');
  const debug = join(folder, 'shop.debug');
  execFileSync('objcopy', ['--only-keep-debug', path, debug]);
  execFileSync('objcopy', ['--strip-debug', path, join(folder, 'shop.symbols')]);
  const { buildId, segments } = await describeElf(path);
  const store = openIndexStore(join(folder, 'separate'));
  await store.put(buildId, await buildIndex(join(folder, 'shop.symbols')));
  const known = (await store.describe(buildId))!.segments;
  expect(known).toEqual(segments);
  expect(await store.put(buildId, await buildIndex(debug, { segments: known }))).toBe(true);
  expect((await store.describe(buildId))?.statistics.source).toBe('dwarf');
  expect(await namesOf(path, store)).toEqual([...NAMES, '[shop]']);

  const other = openIndexStore(join(folder, 'unknown'));
  await other.put(buildId, await buildIndex(debug));
  expect((await other.describe(buildId))?.segments).toEqual([]);
  // The same with segments is better, and without is not.
  expect(await other.put(buildId, await buildIndex(debug, { segments }))).toBe(true);
  expect(await other.put(buildId, await buildIndex(debug))).toBe(false);
});

function compileWith(compiler: string): string {
  const path = join(folder, 'shop');
  const [command, ...options] = compiler.split(' ');
  execFileSync(command!, [...options, '-o', path, join(folder, 'shop.c')]);
  return path;
}

/** Names of NAMES' addresses, and of one where nothing is, as a process has them that runs the program. */
async function namesOf(path: string, store: IndexStore): Promise<readonly string[]> {
  const { buildId, segments } = await describeElf(path);
  const segment = segments[0]!;
  expect(segment.virtualAddress).not.toBe(segment.offset);

  const listing = execFileSync('nm', [path], { encoding: 'utf8' });
  const svma = (name: string) => Number.parseInt(listing.split('\n').find((line) => line.endsWith(` T ${name}`))!, 16);
  // The kernel maps whole pages, here at an address that has nothing to do with the file's.
  const fileOffset = segment.offset - (segment.offset % PAGE);
  const start = 0x5555_dead_0000;
  const bias = start - fileOffset + segment.offset - segment.virtualAddress;
  const addresses = [...NAMES.map((name) => svma(name) + bias), start + (1 << 19)];

  const batch = decodePprof(pprofOf(buildId, start, fileOffset, addresses), ORIGIN);
  const once = new Float64Array(batch.stacks.parent.length).fill(1);
  const profile: StackProfile = { ...batch, profileType: batch.profileTypes[0]!, value: once, count: once };
  const { names: named } = await nameFrames(profile, store);
  return Array.from(named.function, (row) => named.functions.name[row]!);
}
