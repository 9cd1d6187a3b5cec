import { fromBinary } from '@bufbuild/protobuf';
import { type Label, type Location, type Mapping, type Profile, ProfileSchema } from './generated/pprof_pb.ts';
import {
  checkCount,
  checkTexts,
  checkTimes,
  DEPTH_MOST,
  LABELS_MOST,
  NODES_MOST,
  PROFILE_TYPES_MOST,
  SOURCES_MOST,
  TEXT_CHARACTERS_MOST,
  VALUE_MOST,
} from './limits.ts';
import {
  type Batch,
  type BuildId,
  FILE_OFFSET,
  type Frame,
  type LookupAddress,
  type ProfileType,
  type Source,
  type UnixMs,
  type Workload,
} from './model.ts';
import { scanPprof } from './pprof-scan.ts';
import { ProfileError } from './profile-error.ts';
import { TrieBuilder } from './trie-builder.ts';

/** Whose profile it is and where it ran, as the sender says. */
export interface ProfileOrigin {
  readonly workload: Workload;
  readonly source: Source;
}

/** A profile type and the columns of a pprof's samples that carry its value and, where there is one, its count. */
interface TypeColumns {
  readonly type: ProfileType;
  readonly value: number;
  readonly count: number | null;
}

/** Sample types that say how often, not how much; beside another type they become its count. */
const COUNT_TYPES = new Set(['samples', 'count', 'sample']);
const UINT32_MOST = 0xffff_ffff;

/**
 * Reads a pprof (unpacked) as a batch. Locations with lines become one `symbolized` frame a line; without lines, but with a
 * build ID, `native` frames; else `binary+0x…`. String labels become labels of the source. A pprof without a time is of now.
 * Throws ProfileError with one sentence that says what is wrong.
 */
export function decodePprof(bytes: Uint8Array, origin: ProfileOrigin, nowMs = Date.now()): Batch {
  const profile = parse(bytes);
  const text = textOf(profile);
  const types = typesOf(profile, text);
  const timeMs = profile.timeNanos === 0n ? nowMs : Number(profile.timeNanos / 1_000_000n);
  const toMs = timeMs + Math.max(0, Number(profile.durationNanos / 1_000_000n));
  checkTimes(timeMs, toMs, nowMs);

  const builder = new TrieBuilder();
  const framesAt = frameReader(profile, text, builder);
  const sources = new SourceTable(origin.source, text);
  const rows: number[][] = [];
  for (const sample of profile.sample) {
    if (sample.value.length !== profile.sampleType.length) {
      refuse(`a sample has ${sample.value.length} values for ${profile.sampleType.length} sample types`);
    }
    let node = -1;
    for (const id of sample.locationId.toReversed()) {
      for (const frame of framesAt(id)) node = builder.child(node, frame);
      if (builder.depthOf(node) > DEPTH_MOST) tooDeep();
    }
    checkCount('different calls', builder.nodes, NODES_MOST);
    if (node < 0)
      node = builder.child(-1, builder.internFrame({ kind: 'symbolized', function: '[no stack]', file: '', line: 0 }));
    const source = sources.row(sample.label);
    for (const [type, columns] of types.entries()) {
      const value = wholeValue(sample.value[columns.value]!);
      const count = columns.count === null ? 1 : wholeValue(sample.value[columns.count]!);
      if (value > 0) rows.push([type, source, node, value, Math.min(count, UINT32_MOST)]);
    }
  }
  if (rows.length === 0) throw new ProfileError('EMPTY', 'The profile has no samples with a value above 0.');
  const column = (at: number) => rows.map((row) => row[at]!);
  const stacks = builder.build();
  checkTexts(stacks, sources.list);
  return {
    from: timeMs as UnixMs,
    to: toMs as UnixMs,
    profileTypes: types.map(({ type }) => type),
    workloads: [origin.workload],
    sources: sources.list,
    stacks,
    samples: {
      profileType: Uint8Array.from(column(0)),
      workload: new Uint32Array(rows.length),
      source: Uint32Array.from(column(1)),
      node: Uint32Array.from(column(2)),
      value: Float64Array.from(column(3)),
      count: Uint32Array.from(column(4)),
    },
  };
}

function parse(bytes: Uint8Array): Profile {
  scanPprof(bytes);
  let profile: Profile;
  try {
    profile = fromBinary(ProfileSchema, bytes);
  } catch (cause) {
    throw new ProfileError(
      'INVALID_PPROF',
      'The body is not a pprof profile: it is not the protobuf that profile.proto describes.',
      { cause },
    );
  }
  if (profile.stringTable[0] !== '') refuse('its string table does not start with the empty string');
  if (profile.sampleType.length === 0) refuse('it has no sample type');
  return profile;
}

function textOf(profile: Profile): (index: bigint) => string {
  const texts = profile.stringTable.map((text) => text.slice(0, TEXT_CHARACTERS_MOST));
  return (index) => {
    if (index < 0n || index >= BigInt(texts.length)) refuse(`it names string ${index} of ${texts.length}`);
    return texts[Number(index)]!;
  };
}

function typesOf(profile: Profile, text: (index: bigint) => string): TypeColumns[] {
  checkCount('sample types', profile.sampleType.length, PROFILE_TYPES_MOST);
  const all = profile.sampleType.map(({ type, unit }) => ({ name: text(type), unit: text(unit) }));
  if (all.some(({ name }) => name === '')) refuse('a sample type has no name');
  if (new Set(all.map(({ name }) => name)).size < all.length) refuse('two sample types have one name');
  const count = all.findIndex(({ name, unit }) => COUNT_TYPES.has(name) && unit === 'count');
  const columns = all.map((type, value) => ({ type, value, count: count < 0 ? null : count }));
  return columns.length === 1 ? columns : columns.filter(({ value }) => value !== count);
}

/** Frame rows of a location, outermost first, each location read once. */
function frameReader(
  profile: Profile,
  text: (index: bigint) => string,
  builder: TrieBuilder,
): (id: bigint) => readonly number[] {
  const locations = byId('location', profile.location);
  const functions = byId('function', profile.function);
  const mappings = byId('mapping', profile.mapping);
  const known = new Map<bigint, readonly number[]>();

  const read = (location: Location): Frame[] => {
    const mapping = location.mappingId === 0n ? undefined : mappings.get(location.mappingId);
    if (location.line.length > DEPTH_MOST) tooDeep();
    if (location.line.length > 0) {
      return location.line.map(({ functionId, line }) => {
        const called = functions.get(functionId);
        if (!called) refuse(`a line names function ${functionId}, which is not there`);
        return {
          kind: 'symbolized',
          function: text(called!.name) || text(called!.systemName) || '[unknown]',
          file: text(called!.filename),
          line: Math.max(0, Math.min(Number(line), UINT32_MOST)),
        };
      });
    }
    const file = mapping ? text(mapping.filename) : '';
    const buildId = mapping ? text(mapping.buildId).toLowerCase() : '';
    const address = lookupAddress(location.address, mapping);
    if (/^[a-f0-9]{2,64}$/.test(buildId) && address !== null) {
      return [{ kind: 'native', mapping: { buildId: `gnu:${buildId}` as BuildId, file }, address }];
    }
    const name = file.split('/').at(-1) || '[unknown]';
    const place = mapping ? placeInFile(location.address, mapping) : location.address;
    return [{ kind: 'symbolized', function: `${name}+0x${BigInt.asUintN(64, place).toString(16)}`, file, line: 0 }];
  };

  return (id) => {
    let rows = known.get(id);
    if (rows === undefined) {
      const location = locations.get(id);
      if (!location) refuse(`a sample names location ${id}, which is not there`);
      rows = read(location!)
        .map((frame) => builder.internFrame(frame))
        .reverse();
      known.set(id, rows);
    }
    return rows;
  };
}

const placeInFile = (address: bigint, { memoryStart, fileOffset }: Mapping) => address - memoryStart + fileOffset;

/**
 * A mapping at 0 of a file from 0 on is one that we wrote: its addresses are the file's own. Other mappings are a process's, and
 * tell a place in the file. `null` when there is no such place. Addresses of callers are taken as they are: profile.proto lets
 * them be «in the middle of a call instruction», and who writes pprof has subtracted 1 from return addresses (Go's runtime/pprof
 * writes `Frame.PC` of `runtime.CallersFrames`; pprof subtracts it when it converts gperftools' profiles).
 */
function lookupAddress(address: bigint, mapping: Mapping | undefined): LookupAddress | null {
  const isOfProcess = mapping && (mapping.memoryStart !== 0n || mapping.fileOffset !== 0n);
  const place = isOfProcess ? placeInFile(address, mapping) : address;
  if (place < 0n || place >= BigInt(FILE_OFFSET)) return null;
  return (isOfProcess ? FILE_OFFSET + Number(place) : Number(place)) as LookupAddress;
}

function byId<T extends { id: bigint }>(what: string, list: readonly T[]): ReadonlyMap<bigint, T> {
  const map = new Map<bigint, T>();
  for (const item of list) {
    if (item.id === 0n) refuse(`a ${what} has the id 0`);
    if (map.has(item.id)) refuse(`two ${what}s have the id ${item.id}`);
    map.set(item.id, item);
  }
  return map;
}

/** Sources by their labels: the pusher's, and what a sample adds. */
class SourceTable {
  readonly list: Source[] = [];
  #row = new Map<string, number>();
  #base: Source;
  #text: (index: bigint) => string;

  constructor(base: Source, text: (index: bigint) => string) {
    this.#base = base;
    this.#text = text;
  }

  row(labels: readonly Label[]): number {
    const own = labels
      .filter(({ str }) => str !== 0n)
      .map(({ key, str }) => [this.#text(key), this.#text(str)] as const);
    const key = JSON.stringify(own);
    const known = this.#row.get(key);
    if (known !== undefined) return known;
    const merged = { ...this.#base.labels, ...Object.fromEntries(own) };
    if (Object.keys(merged).length > LABELS_MOST)
      throw new ProfileError('TOO_MANY_LABELS', `A sample has more than ${LABELS_MOST} labels.`);
    this.list.push({ ...this.#base, labels: merged });
    checkCount('different sets of labels', this.list.length, SOURCES_MOST);
    this.#row.set(key, this.list.length - 1);
    return this.list.length - 1;
  }
}

function tooDeep(): never {
  throw new ProfileError('TOO_DEEP', `A stack has more than ${DEPTH_MOST} frames.`);
}

function wholeValue(value: bigint): number {
  if (value < 0n) refuse('a sample has a negative value, so it is a difference and not a profile');
  if (value > BigInt(VALUE_MOST)) refuse(`a sample has the value ${value}, beyond 2^53`);
  return Number(value);
}

function refuse(problem: string): never {
  throw new ProfileError('INVALID_PPROF', `The pprof is not valid: ${problem}.`);
}
