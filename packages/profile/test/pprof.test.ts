import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Profile, ProfileSchema } from '../src/generated/pprof_pb.ts';
import {
  type Batch,
  type BuildId,
  decodePprof,
  encodeFolded,
  encodePprof,
  FILE_OFFSET,
  type Frame,
  type LookupAddress,
  ProfileError,
  type StackProfile,
  TrieBuilder,
  type UnixMs,
} from '../src/index.ts';
import { arbitraryProfile } from './arbitrary-profile.ts';
import { namesOf, profileOf } from './profile-text.ts';

const NOW = Date.UTC(2026, 0, 2);
const ORIGIN = {
  workload: { service: 'shop', version: '1', environment: '', namespace: '', cluster: '', labels: {} },
  source: { host: 'n1', pod: '', container: '', process: '', thread: '', labels: {} },
};

/** A decoded batch of one profile type as the profile it is. */
function profileIn(batch: Batch, type = 0): StackProfile {
  const value = new Float64Array(batch.stacks.parent.length);
  const count = new Float64Array(batch.stacks.parent.length);
  for (let row = 0; row < batch.samples.node.length; row++) {
    if (batch.samples.profileType[row] !== type) continue;
    value[batch.samples.node[row]!]! += batch.samples.value[row]!;
    count[batch.samples.node[row]!]! += batch.samples.count[row]!;
  }
  return { profileType: batch.profileTypes[type]!, from: batch.from, to: batch.to, stacks: batch.stacks, value, count };
}

const folded = (profile: StackProfile) => {
  return encodeFolded(profile, namesOf(profile));
};

const pprof = (profile: StackProfile) => {
  return encodePprof(profile, namesOf(profile));
};

/** A small valid pprof: `main` calls `work`, twice sampled, once inlined into `main`. */
const GOOD = {
  stringTable: [
    '',
    'samples',
    'count',
    'cpu',
    'nanoseconds',
    'main',
    'work',
    'shop.c',
    'tenant',
    'blue',
    '/bin/shop',
    'abcdef',
  ],
  sampleType: [
    { type: 1n, unit: 2n },
    { type: 3n, unit: 4n },
  ],
  function: [
    { id: 1n, name: 5n, filename: 7n },
    { id: 2n, name: 6n, filename: 7n },
  ],
  mapping: [{ id: 1n, filename: 10n, buildId: 11n }],
  location: [
    { id: 1n, line: [{ functionId: 1n, line: 3n }] },
    {
      id: 2n,
      line: [
        { functionId: 2n, line: 9n },
        { functionId: 1n, line: 4n },
      ],
    },
    { id: 3n, mappingId: 1n, address: 0x1234n },
  ],
  sample: [
    { locationId: [2n], value: [2n, 20n] },
    { locationId: [3n, 1n], value: [1n, 10n], label: [{ key: 8n, str: 9n }] },
  ],
  timeNanos: BigInt(NOW - 60_000) * 1_000_000n,
  durationNanos: 10_000_000_000n,
};

type Changes = Partial<Record<keyof Profile, unknown>>;
const encoded = (changes: Changes = {}) =>
  toBinary(ProfileSchema, create(ProfileSchema, { ...GOOD, ...changes } as never));

function refusal(bytes: Uint8Array): string {
  try {
    decodePprof(bytes, ORIGIN, NOW);
  } catch (error) {
    expect(error).toBeInstanceOf(ProfileError);
    return (error as ProfileError).code;
  }
  return 'accepted';
}

describe('reading pprof', () => {
  const batch = decodePprof(encoded(), ORIGIN, NOW);

  test('inlined calls are frames, addresses without names keep their build ID, samples/count is the count', () => {
    expect(folded(profileIn(batch))).toBe('main;native 10\nmain;work 20\n');
    expect(batch.stacks.frames).toContainEqual({
      kind: 'native',
      mapping: { buildId: 'gnu:abcdef', file: '/bin/shop' },
      address: 0x1234,
    });
    expect(batch.profileTypes).toEqual([{ name: 'cpu', unit: 'nanoseconds' }]);
    expect(Array.from(batch.samples.count)).toEqual([2, 1]);
  });

  const native = (mapping: object, address: bigint) => {
    const changes = { mapping: [{ id: 1n, filename: 10n, buildId: 11n, ...mapping }] };
    const location = [...GOOD.location.slice(0, 2), { id: 3n, mappingId: 1n, address }];
    const { frames } = decodePprof(encoded({ ...changes, location }), ORIGIN, NOW).stacks;
    const [first] = frames.filter(({ kind }) => kind === 'native');
    return first?.kind === 'native' ? first.address : null;
  };

  test('an address in a process’s mapping is a place in the file, one in a mapping at 0 is the file’s own', () => {
    const process = { memoryStart: 0x5555_0000_1000n, memoryLimit: 0x5555_0000_9000n, fileOffset: 0x2000n };
    expect(native(process, 0x5555_0000_1234n)).toBe(FILE_OFFSET + 0x2234);
    expect(native({ memoryStart: 0x40_0000n, memoryLimit: 0x50_0000n }, 0x40_1234n)).toBe(FILE_OFFSET + 0x1234);
    expect(native({ memoryLimit: 1n << 62n }, 0x1234n)).toBe(0x1234);
  });

  test('an address outside of every file has no place', () => {
    expect(native({ memoryStart: 0x40_0000n }, 0x1234n)).toBeNull();
    expect(native({}, BigInt(FILE_OFFSET))).toBeNull();
    expect(native({ memoryStart: 1n }, BigInt(FILE_OFFSET) + 1n)).toBeNull();
  });

  test('string labels become labels of the source', () => {
    expect(batch.sources.map(({ labels }) => labels)).toEqual([{}, { tenant: 'blue' }]);
  });

  test('time and duration are those of the profile', () => {
    expect([batch.from, batch.to]).toEqual([NOW - 60_000, NOW - 50_000]);
  });

  test.each<[string, string, Changes]>([
    ['no string table', 'INVALID_PPROF', { stringTable: [] }],
    ['no sample type', 'INVALID_PPROF', { sampleType: [] }],
    ['a string that is not there', 'INVALID_PPROF', { function: [{ id: 1n, name: 99n }, { id: 2n }] }],
    ['a negative string', 'INVALID_PPROF', { sampleType: [{ type: -1n }] }],
    ['a location that is not there', 'INVALID_PPROF', { sample: [{ locationId: [9n], value: [1n, 1n] }] }],
    ['a function that is not there', 'INVALID_PPROF', { function: [] }],
    ['too few values', 'INVALID_PPROF', { sample: [{ locationId: [1n], value: [1n] }] }],
    ['a negative value', 'INVALID_PPROF', { sample: [{ locationId: [1n], value: [1n, -5n] }] }],
    ['a value beyond 2^53', 'INVALID_PPROF', { sample: [{ locationId: [1n], value: [1n, 1n << 60n] }] }],
    ['two locations of one id', 'INVALID_PPROF', { location: [{ id: 1n }, { id: 1n }] }],
    ['an id 0', 'INVALID_PPROF', { location: [{ id: 0n }] }],
    ['no samples', 'EMPTY', { sample: [] }],
    ['only zeros', 'EMPTY', { sample: [{ locationId: [1n], value: [0n, 0n] }] }],
    ['1,024 frames', 'accepted', { sample: [{ locationId: new Array(1_024).fill(1n), value: [1n, 1n] }] }],
    ['1,025 frames', 'TOO_DEEP', { sample: [{ locationId: new Array(1_025).fill(1n), value: [1n, 1n] }] }],
    [
      '1,200 inlined calls at one place',
      'TOO_DEEP',
      {
        location: [{ id: 1n, line: new Array(1_200).fill({ functionId: 1n }) }],
        sample: [{ locationId: [1n], value: [1n, 1n] }],
      },
    ],
    ['10,000 frames', 'TOO_DEEP', { sample: [{ locationId: new Array(10_000).fill(1n), value: [1n, 1n] }] }],
    [
      '65 labels',
      'TOO_MANY_LABELS',
      {
        stringTable: [...GOOD.stringTable, ...Array.from({ length: 65 }, (_, i) => `label${i}`)],
        sample: [
          {
            locationId: [1n],
            value: [1n, 1n],
            label: Array.from({ length: 65 }, (_, i) => ({ key: BigInt(12 + i), str: 9n })),
          },
        ],
      },
    ],
    ['a time in the year 2200', 'TIME_OUT_OF_RANGE', { timeNanos: 7_258_118_400_000_000_000n }],
    ['a time of 1970', 'TIME_OUT_OF_RANGE', { timeNanos: 1n }],
    ['a duration of 100 years', 'TIME_OUT_OF_RANGE', { durationNanos: 3_155_760_000_000_000_000n }],
  ])('with %s: %s', (_, code, changes) => {
    expect(refusal(encoded(changes))).toBe(code);
  });

  test('whose few bytes would be many things in memory is refused before they are made', () => {
    const emptySamples = Uint8Array.from({ length: 9 << 20 }, (_, i) => (i % 2 === 0 ? 0x12 : 0));
    const values = new Uint8Array(20 << 20).fill(1);
    const sample = new BinaryWriter().tag(2, WireType.LengthDelimited).bytes(values).finish();
    const manyValues = new BinaryWriter().tag(2, WireType.LengthDelimited).bytes(sample).finish();
    expect([refusal(emptySamples), refusal(manyValues)]).toEqual(['TOO_LARGE', 'TOO_LARGE']);
    // A thousand calls below each of 6,000 different callers, in 60 kB.
    const callers = Array.from({ length: 6_000 }, (_, i) => ({ id: BigInt(i + 2), address: BigInt(i) }));
    const tower = { id: 1n, line: Array.from({ length: 1_000 }, () => ({ functionId: 1n })) };
    const samples = callers.map(({ id }) => ({ locationId: [1n, id], value: [1n, 1n] }));
    expect(refusal(encoded({ location: [tower, ...callers], sample: samples }))).toBe('TOO_LARGE');
  });

  test('that is cut anywhere is refused or still whole in itself, and random bytes never do more than that', () => {
    const bytes = encoded();
    for (let length = 0; length < bytes.length; length++)
      expect(refusal(bytes.subarray(0, length))).toMatch(/INVALID_PPROF|EMPTY|accepted/);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (random) => void refusal(random)));
    const changes = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(changes, (changed) => {
        const damaged = bytes.slice();
        for (const [at, byte] of changed) damaged[at] = byte;
        refusal(damaged);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('writing pprof', () => {
  test('what is written is read again with the same stacks, values and counts', () => {
    fc.assert(
      fc.property(arbitraryProfile, (profile) => {
        const trip = (sent: StackProfile) => profileIn(decodePprof(pprof(sent), ORIGIN, NOW));
        const back = trip(profile);
        expect(folded(back)).toBe(folded(profile));
        expect(back.count.reduce((a, b) => a + b)).toBe(profile.count.reduce((a, b) => a + b));
        // Inlined calls come back as frames of their own, in another order than they went.
        const again = trip(back);
        expect(pprof(trip(again))).toEqual(pprof(again));
      }),
    );
  });
});

test('a type that only counts is written once and read again', () => {
  const profile = { ...profileOf('main;work 3'), profileType: { name: 'samples', unit: 'count' } };
  const back = decodePprof(pprof(profile), ORIGIN, NOW);
  expect(back.profileTypes).toEqual([{ name: 'samples', unit: 'count' }]);
  expect(Array.from(back.samples.value)).toEqual([30]);
});

describe('folded stacks', () => {
  test('are root first, sorted, summed by name, and keep the separator to themselves', () => {
    const profile = profileOf('main;b 1\nmain;a 2');
    const { functions, ...names } = namesOf(profile);
    const odd = { ...functions, name: ['main', 'x;y\nz', 'x;y\nz'] };
    expect(encodeFolded(profile, { functions: odd, ...names })).toBe('main;x:y z 30\n');
  });

  test('have inlined calls', () => {
    expect(folded(profileOf('main>run;sum>add 1\nmain;sum 2'))).toBe('main;run;sum;add 10\nmain;sum 20\n');
  });

  test('by file, a call within a file is not written', () => {
    const profile = profileOf('a>b>b;b>a 1\na;a>a 2');
    expect(encodeFolded(profile, { ...namesOf(profile), foldsRepeats: true })).toBe('a 20\na;b;a 10\n');
  });
});

test('a location has a line per inlined call, innermost first, with its file and line', () => {
  const profile = profileOf('main>sum>add 1');
  const names = { ...namesOf(profile), line: Uint32Array.from([3, 10, 20]) };
  const written = fromBinary(ProfileSchema, encodePprof(profile, names));
  const text = (row: bigint) => written.stringTable[Number(row)];
  const shown = written.location[0]!.line.map(({ functionId, line }) => {
    const { name, filename } = written.function.find(({ id }) => id === functionId)!;
    return `${text(name)} ${text(filename)}:${line}`;
  });
  expect(shown).toEqual(['add add.c:20', 'sum sum.c:10', 'main main.c:3']);
});

describe('native frames in pprof', () => {
  const address = fc.oneof(
    fc.integer({ min: 0, max: 2 ** 48 }),
    fc.integer({ min: FILE_OFFSET, max: FILE_OFFSET + 2 ** 32 }),
    fc.constantFrom(0, FILE_OFFSET - 1, FILE_OFFSET, 2 * FILE_OFFSET - 1),
  );
  const frame = fc.tuple(fc.constantFrom('aa01', 'bb02'), address).map(
    ([id, at]): Frame => ({
      kind: 'native',
      mapping: { buildId: `gnu:${id}` as BuildId, file: `/lib/${id}.so` },
      address: at as LookupAddress,
    }),
  );

  test('read back with the same address of the same file, be it its own or a place in it', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(frame, { minLength: 1, maxLength: 30, selector: (each) => JSON.stringify(each) }),
        (frames) => {
          const builder = new TrieBuilder();
          for (const each of frames) builder.child(-1, builder.internFrame(each));
          const stacks = builder.build();
          const once = new Float64Array(stacks.parent.length).fill(1);
          const from = (NOW - 1_000) as UnixMs;
          const profileType = { name: 'cpu', unit: 'nanoseconds' };
          const profile = { profileType, from, to: NOW as UnixMs, stacks, value: once, count: once };
          const written = fromBinary(ProfileSchema, pprof(profile));
          // With their lines they would come back by name.
          for (const location of written.location) location.line = [];
          const read = decodePprof(toBinary(ProfileSchema, written), ORIGIN, NOW);
          expect(new Set(read.stacks.frames)).toEqual(new Set(frames));
        },
      ),
    );
  });
});
