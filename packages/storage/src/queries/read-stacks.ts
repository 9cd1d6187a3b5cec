import type { BuildId, Frame, LookupAddress, Mapping, NamedFrame } from '@strata/profile';
import type { Connection } from '../connection.ts';
import { RowBinaryReader } from '../row-binary.ts';

const NAMED: Readonly<Record<number, NamedFrame['kind']>> = { 2: 'kernel', 3: 'jit', 4: 'symbolized' };

/**
 * Nodes of a service written since (ms, server's clock), parents first, some perhaps twice: rows of (id, parent,
 * frame: UInt64, seen: Float64 in ms).
 */
export function readNodes(connection: Connection, service: string, since: number): Promise<Uint8Array> {
  return connection.bytes(
    `SELECT id, parent, frame, toFloat64(toUnixTimestamp64Milli(seen)) FROM ${connection.database}.nodes
     WHERE service = {service:String} AND seen >= fromUnixTimestamp64Milli({since:Int64})
     ORDER BY service, depth, id`,
    { doing: 'reading stacks', parameters: { service, since } },
  );
}

export interface StoredFrame {
  readonly low: number;
  readonly high: number;
  /** Made only when wanted: most of the frames read again are known. */
  frame(): Frame;
}

/** Frames of those nodes. */
export async function readFrames(connection: Connection, service: string, since: number): Promise<StoredFrame[]> {
  const { database } = connection;
  const bytes = await connection.bytes(
    `SELECT id, toUInt8(kind), build_id, address, function, file, line FROM ${database}.frames
     WHERE id IN (
       SELECT frame FROM ${database}.nodes
       WHERE service = {service:String} AND seen >= fromUnixTimestamp64Milli({since:Int64})
     )
     LIMIT 1 BY id`,
    { doing: 'reading frames', parameters: { service, since } },
  );
  const reader = new RowBinaryReader(bytes);
  const mappings = new Map<string, Mapping>();
  const frames: StoredFrame[] = [];
  while (!reader.done) {
    const low = reader.uint32();
    const high = reader.uint32();
    const kind = NAMED[reader.uint8()];
    const buildId = reader.string() as BuildId;
    const address = reader.uint64() as LookupAddress;
    const name = reader.string();
    const file = reader.string();
    const line = reader.uint32();
    const frame = (): Frame =>
      kind
        ? { kind, function: name, file, line }
        : { kind: 'native', mapping: mapping(mappings, buildId, file), address };
    frames.push({ low, high, frame });
  }
  return frames;
}

/** One object per file, not per frame. */
function mapping(known: Map<string, Mapping>, buildId: BuildId, file: string): Mapping {
  const key = `${buildId}\0${file}`;
  const found = known.get(key) ?? { buildId, file };
  known.set(key, found);
  return found;
}
