import type { Drain, ProcessEvent, SampledStack } from './api.ts';
import {
  countRecord,
  DRAIN_MAGIC,
  DRAIN_VERSION,
  DROP_REASONS,
  drainHeader,
  EVENT_KINDS,
  eventRecord,
  OUTCOMES,
  SPACE_KERNEL,
  stackRecord,
  TALLIES,
  THREAD_NAME_BYTES,
} from './definitions.generated.ts';

const ADDRESS_BYTES = 8;
const LITTLE_ENDIAN = true;

/**
 * Reads a drain frame as native/definitions lays it out. Stacks' addresses are views of the frame: copy what outlives it.
 * Throws RangeError for a frame of another version or a cut one, which only a mismatched addon can produce.
 */
export function decodeDrain(frame: Uint8Array): Drain {
  const reader = new Reader(frame);
  const header = reader.take(drainHeader.size);
  const u32 = (at: number) => reader.view.getUint32(header + at, LITTLE_ENDIAN);
  const u64 = (at: number) => reader.view.getBigUint64(header + at, LITTLE_ENDIAN);
  if (u32(drainHeader.magic) !== DRAIN_MAGIC || u32(drainHeader.version) !== DRAIN_VERSION) {
    throw new RangeError('The native addon is of another version: build it again.');
  }
  return {
    fromNs: u64(drainHeader.fromNs),
    toNs: u64(drainHeader.toNs),
    totals: { ...decodeTallies(reader), lostProcessEvents: u64(drainHeader.lostProcessEvents) },
    counts: decodeCounts(reader, u32(drainHeader.counts)),
    stacks: Array.from({ length: u32(drainHeader.stacks) }, () => decodeStack(reader)),
    events: Array.from({ length: u32(drainHeader.events) }, () => decodeEvent(reader)),
  };
}

class Reader {
  readonly bytes: Buffer;
  readonly view: DataView;
  #at = 0;

  constructor(frame: Uint8Array) {
    // Columns of 8-byte addresses need an aligned start, which a Buffer from elsewhere need not have.
    const aligned = frame.byteOffset % ADDRESS_BYTES === 0 ? frame : frame.slice();
    this.bytes = Buffer.from(aligned.buffer, aligned.byteOffset, aligned.byteLength);
    this.view = new DataView(aligned.buffer, aligned.byteOffset, aligned.byteLength);
  }

  /** Start of the next `size` bytes. */
  take(size: number): number {
    const start = this.#at;
    this.#at += size;
    if (this.#at > this.bytes.length) throw new RangeError('The native addon returned a cut frame: build it again.');
    return start;
  }
}

function decodeTallies(reader: Reader): Omit<Drain['totals'], 'lostProcessEvents'> {
  const named = <Name extends string>(names: readonly Name[]) => {
    const start = reader.take(names.length * ADDRESS_BYTES);
    return Object.fromEntries(
      names.map((name, i) => [name, reader.view.getBigUint64(start + i * ADDRESS_BYTES, LITTLE_ENDIAN)]),
    ) as Record<Name, bigint>;
  };
  const { EVENTS: events, KEPT: kept, IDLE: idle } = named(TALLIES);
  return { events, kept, idle, outcomes: named(OUTCOMES), dropped: named(DROP_REASONS) };
}

function decodeCounts(reader: Reader, rows: number): Drain['counts'] {
  const counts = {
    pid: new Uint32Array(rows),
    threadName: new Array<string>(rows),
    kernelStack: new BigUint64Array(rows),
    userStack: new BigUint64Array(rows),
    count: new Uint32Array(rows),
  };
  for (let row = 0; row < rows; row++) {
    const start = reader.take(countRecord.size);
    counts.pid[row] = reader.view.getUint32(start + countRecord.pid, LITTLE_ENDIAN);
    counts.count[row] = reader.view.getUint32(start + countRecord.count, LITTLE_ENDIAN);
    counts.kernelStack[row] = reader.view.getBigUint64(start + countRecord.kernelStack, LITTLE_ENDIAN);
    counts.userStack[row] = reader.view.getBigUint64(start + countRecord.userStack, LITTLE_ENDIAN);
    const name = start + countRecord.threadName;
    const end = reader.bytes.indexOf(0, name);
    counts.threadName[row] = reader.bytes.toString(
      'utf8',
      name,
      Math.min(end < 0 ? name + THREAD_NAME_BYTES : end, name + THREAD_NAME_BYTES),
    );
  }
  return counts;
}

function decodeStack(reader: Reader): SampledStack {
  const start = reader.take(stackRecord.size);
  const length = reader.view.getUint32(start + stackRecord.length, LITTLE_ENDIAN);
  const addresses = reader.take(length * ADDRESS_BYTES);
  return {
    id: reader.view.getBigUint64(start + stackRecord.id, LITTLE_ENDIAN),
    space: reader.bytes[start + stackRecord.space] === SPACE_KERNEL ? 'kernel' : 'user',
    outcome: OUTCOMES[reader.bytes[start + stackRecord.outcome]!]!,
    addresses: new BigUint64Array(reader.view.buffer, reader.view.byteOffset + addresses, length),
  };
}

function decodeEvent(reader: Reader): ProcessEvent {
  const start = reader.take(eventRecord.size);
  const u32 = (at: number) => reader.view.getUint32(start + at, LITTLE_ENDIAN);
  const u64 = (at: number) => reader.view.getBigUint64(start + at, LITTLE_ENDIAN);
  const bytes = reader.view.getUint16(start + eventRecord.textBytes, LITTLE_ENDIAN);
  const textAt = reader.take(Math.ceil(bytes / 8) * 8);
  const text = reader.bytes.toString('utf8', textAt, textAt + bytes);
  const pid = u32(eventRecord.pid);
  const timeNs = u64(eventRecord.timeNs);
  const kind = EVENT_KINDS[reader.bytes[start + eventRecord.kind]!]!;
  if (kind === 'EXEC') return { kind: 'exec', pid, timeNs, command: text };
  if (kind === 'FORK') return { kind: 'fork', pid, timeNs, parentPid: u32(eventRecord.parentPid) };
  if (kind === 'EXIT') return { kind: 'exit', pid, timeNs };
  const buildId = start + eventRecord.buildId;
  return {
    kind: 'mmap',
    pid,
    timeNs,
    start: u64(eventRecord.start),
    end: u64(eventRecord.end),
    fileOffset: u64(eventRecord.fileOffset),
    file: text,
    buildId: reader.bytes.toString('hex', buildId, buildId + reader.bytes[start + eventRecord.buildIdBytes]!),
    device: `${u32(eventRecord.deviceMajor)}:${u32(eventRecord.deviceMinor)}`,
    inode: u64(eventRecord.inode),
  };
}
