import { create, toBinary } from '@bufbuild/protobuf';
import type { FrameNames } from './frame-names.ts';
import {
  FunctionSchema,
  LocationSchema,
  type Mapping,
  MappingSchema,
  ProfileSchema,
  SampleSchema,
  ValueTypeSchema,
} from './generated/pprof_pb.ts';
import { FILE_OFFSET, type NativeFrame, type StackProfile } from './model.ts';
import { framesOf } from './trie-builder.ts';

class StringTable {
  readonly list = [''];
  #row = new Map<string, bigint>([['', 0n]]);

  row(text: string): bigint {
    let row = this.#row.get(text);
    if (row === undefined) {
      row = BigInt(this.list.push(text) - 1);
      this.#row.set(text, row);
    }
    return row;
  }
}

/**
 * One mapping per file and kind of address. One at 0 has the addresses of the file itself; one from `FILE_OFFSET` on the places in
 * the file, so that both are written as the frame has them and read back the same.
 */
class MappingTable {
  readonly list: Mapping[] = [];
  #id = new Map<string, bigint>();
  #strings: StringTable;

  constructor(strings: StringTable) {
    this.#strings = strings;
  }

  idOf({ mapping, address }: NativeFrame): bigint {
    const isPlace = address >= FILE_OFFSET;
    const key = `${isPlace} ${mapping.buildId}`;
    const known = this.#id.get(key);
    if (known !== undefined) return known;
    const id = BigInt(this.list.length + 1);
    this.#id.set(key, id);
    this.list.push(
      create(MappingSchema, {
        id,
        memoryStart: BigInt(isPlace ? FILE_OFFSET : 0),
        memoryLimit: isPlace ? BigInt(FILE_OFFSET) * 2n : 1n << 62n,
        filename: this.#strings.row(mapping.file),
        buildId: this.#strings.row(mapping.buildId.split(':')[1]!),
        hasFunctions: true,
      }),
    );
    return id;
  }
}

/**
 * The profile as pprof (not compressed), leaf first, with the names given; a location has a line per call of its frame,
 * innermost first. Its sample types are `samples/count` and the profile type; native frames keep their address and their mapping's build ID.
 */
export function encodePprof(profile: StackProfile, names: FrameNames): Uint8Array {
  const strings = new StringTable();
  const valueType = (type: string, unit: string) =>
    create(ValueTypeSchema, { type: strings.row(type), unit: strings.row(unit) });
  const { stacks, value, count, profileType } = profile;
  // A type that is itself how often is written once: two sample types of one name cannot be told apart.
  const counted = profileType.name !== 'samples';

  const mappings = new MappingTable(strings);
  for (const frame of stacks.frames) if (frame.kind === 'native') mappings.idOf(frame);

  const used = new Uint8Array(stacks.frames.length);
  const sample = [];
  for (let node = 0; node < value.length; node++) {
    if (value[node] === 0) continue;
    const rows = [...framesOf(stacks, node)];
    for (const row of rows) used[row] = 1;
    sample.push(
      create(SampleSchema, {
        locationId: rows.map((row) => BigInt(row + 1)),
        value: [...(counted ? [BigInt(count[node]!)] : []), BigInt(value[node]!)],
      }),
    );
  }

  const location = stacks.frames.flatMap((frame, row) => {
    if (used[row] === 0) return [];
    const line = [];
    for (let call = names.start[row + 1]! - 1; call >= names.start[row]!; call--)
      line.push({ functionId: BigInt(names.function[call]! + 1), line: BigInt(names.line[call]!) });
    const native = frame.kind === 'native' ? { mappingId: mappings.idOf(frame), address: BigInt(frame.address) } : {};
    return [create(LocationSchema, { id: BigInt(row + 1), line, ...native })];
  });
  const named = new Set(location.flatMap(({ line }) => line.map(({ functionId }) => functionId)));
  const { functions } = names;
  const functionList = functions.name.flatMap((name, row) => {
    const id = BigInt(row + 1);
    if (!named.has(id)) return [];
    const text = strings.row(name);
    return [
      create(FunctionSchema, {
        id,
        name: text,
        // Left out: go tool pprof takes a name that equals its system name for one to be shortened.
        filename: strings.row(functions.file[row] || functions.binary[row] || ''),
      }),
    ];
  });

  const isCpu = profileType.name === 'cpu';
  return toBinary(
    ProfileSchema,
    create(ProfileSchema, {
      sampleType: [...(counted ? [valueType('samples', 'count')] : []), valueType(profileType.name, profileType.unit)],
      sample,
      mapping: mappings.list,
      location,
      function: functionList,
      timeNanos: BigInt(profile.from) * 1_000_000n,
      durationNanos: BigInt(profile.to - profile.from) * 1_000_000n,
      ...(isCpu ? { periodType: valueType('cpu', 'nanoseconds'), period: periodOf(profile) } : {}),
      defaultSampleType: strings.row(profileType.name),
      stringTable: strings.list,
    }),
  );
}

/** Nanoseconds a sample stands for, from what the samples say. */
function periodOf({ value, count }: StackProfile): bigint {
  let sum = 0;
  let samples = 0;
  for (let node = 0; node < value.length; node++) {
    sum += value[node]!;
    samples += count[node]!;
  }
  return samples === 0 ? 0n : BigInt(Math.round(sum / samples));
}
