import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { checkCount, DEPTH_MOST } from './limits.ts';
import { ProfileError } from './profile-error.ts';

/** Field numbers of `Profile` and `Sample`; https://github.com/google/pprof/blob/main/proto/profile.proto */
const SAMPLE = 2;
const LOCATION = 4;
const LOCATION_ID = 1;
const VALUE = 2;

const MESSAGES_MOST = 4 << 20;
const NUMBERS_MOST = 16 << 20;

/**
 * Counts what reading the bytes would make, before it is made: an empty message is two bytes on the wire and a hundred in
 * memory, a packed number one byte and forty. Throws ProfileError `TOO_LARGE`, `TOO_DEEP`, or `INVALID_PPROF`.
 */
export function scanPprof(bytes: Uint8Array): void {
  let messages = 0;
  let numbers = 0;
  const nested = (reader: BinaryReader, field: number) => {
    const length = reader.uint32();
    const end = reader.pos + length;
    if (end > reader.len) throw new RangeError('premature EOF');
    messages++;
    let ids = 0;
    while (reader.pos < end) {
      const [inner, wire] = reader.tag();
      const start = reader.pos;
      reader.skip(wire, inner);
      const packed =
        field === SAMPLE && (inner === LOCATION_ID || inner === VALUE) && wire === WireType.LengthDelimited;
      // Packed numbers follow their length, itself a varint.
      const found = packed ? countVarints(bytes, start, reader.pos) - 1 : Number(wire === WireType.Varint);
      numbers += found;
      if (inner === LOCATION_ID) ids += found;
      if (found === 0) messages++;
    }
    if (reader.pos !== end) throw new RangeError('a field ends behind its message');
    if (field === SAMPLE && ids > DEPTH_MOST)
      throw new ProfileError('TOO_DEEP', `A stack has more than ${DEPTH_MOST} frames.`);
  };
  try {
    const reader = new BinaryReader(bytes);
    while (reader.pos < reader.len) {
      const [field, wire] = reader.tag();
      if (wire === WireType.LengthDelimited && (field === SAMPLE || field === LOCATION)) nested(reader, field);
      else {
        reader.skip(wire, field);
        messages++;
      }
      checkCount('messages', messages, MESSAGES_MOST);
      checkCount('numbers', numbers, NUMBERS_MOST);
    }
  } catch (cause) {
    if (cause instanceof ProfileError) throw cause;
    throw new ProfileError(
      'INVALID_PPROF',
      'The body is not a pprof profile: it is not the protobuf that profile.proto describes.',
      { cause },
    );
  }
}

/** Bytes whose top bit is clear end a varint. */
function countVarints(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) if (bytes[at]! < 0x80) count++;
  return count;
}
