import { create, toBinary } from '@bufbuild/protobuf';
import type { FunctionTable } from './call-tree.ts';
import {
  FunctionSchema,
  LocationSchema,
  MappingSchema,
  ProfileSchema,
  SampleSchema,
  ValueTypeSchema,
} from './generated/pprof_pb.ts';
import type { StackProfile } from './model.ts';
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
 * The profile as pprof (not compressed), leaf first, with the names given: `functionOf` maps frame rows to functions. Its
 * sample types are `samples/count` and the profile type; native frames keep their address and their mapping's build ID.
 */
export function encodePprof(profile: StackProfile, functions: FunctionTable, functionOf: Uint32Array): Uint8Array {
  const strings = new StringTable();
  const valueType = (type: string, unit: string) =>
    create(ValueTypeSchema, { type: strings.row(type), unit: strings.row(unit) });
  const { stacks, value, count, profileType } = profile;
  // A type that is itself how often is written once: two sample types of one name cannot be told apart.
  const counted = profileType.name !== 'samples';

  const mappingOf = new Map<string, bigint>();
  const mapping = stacks.frames.flatMap((frame) => {
    if (frame.kind !== 'native' || mappingOf.has(frame.mapping.buildId)) return [];
    const id = BigInt(mappingOf.size + 1);
    mappingOf.set(frame.mapping.buildId, id);
    const buildId = strings.row(frame.mapping.buildId.split(':')[1]!);
    // The whole address space of the file: locations carry addresses as the file writes them.
    return [
      create(MappingSchema, {
        id,
        memoryLimit: 1n << 62n,
        filename: strings.row(frame.mapping.file),
        buildId,
        hasFunctions: true,
      }),
    ];
  });

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
    const line = [{ functionId: BigInt(functionOf[row]! + 1), line: BigInt(frame.kind === 'native' ? 0 : frame.line) }];
    const native =
      frame.kind === 'native'
        ? { mappingId: mappingOf.get(frame.mapping.buildId)!, address: BigInt(frame.address) }
        : {};
    return [create(LocationSchema, { id: BigInt(row + 1), line, ...native })];
  });
  const named = new Set(location.map(({ line }) => line[0]!.functionId));
  const functionList = functions.name.flatMap((name, row) => {
    const id = BigInt(row + 1);
    if (!named.has(id)) return [];
    const text = strings.row(name);
    return [
      create(FunctionSchema, {
        id,
        name: text,
        systemName: text,
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
      mapping,
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
