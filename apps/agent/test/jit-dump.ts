import { readFileSync } from 'node:fs';

const HEADER_BYTES = 40;
const RECORD_HEADER_BYTES = 16;
const CODE_LOAD = 0;
const CODE_DEBUG_INFO = 2;
/** V8 tells lines by addresses behind the header of the ELF file that perf will make of the code. */
const V8_SHIFT = 0x40;

/**
 * Addresses at which a line begins in the function that V8 names so, by the record as perf's specification draws it; its names
 * of sources, which may not be readable, all have `source` bytes.
 */
export function linesIn(dump: string, name: string, source: number): Map<number, number> {
  const bytes = readFileSync(dump);
  const number = (at: number) => Number(bytes.readBigUInt64LE(at));
  let lines = new Map<number, number>();
  let told = lines;
  for (let at = HEADER_BYTES; at + RECORD_HEADER_BYTES <= bytes.length; at += bytes.readUInt32LE(at + 4)) {
    const [kind, body] = [bytes.readUInt32LE(at), at + RECORD_HEADER_BYTES];
    if (at + bytes.readUInt32LE(at + 4) > bytes.length) break;
    if (kind === CODE_DEBUG_INFO) {
      told = new Map();
      for (let row = 0, entry = body + 16; row < number(body + 8); row++, entry += 16 + source + 1)
        told.set(number(entry) - V8_SHIFT, bytes.readUInt32LE(entry + 8));
    }
    if (kind !== CODE_LOAD) continue;
    if (bytes.toString('latin1', body + 40, bytes.indexOf(0, body + 40)).startsWith(name)) lines = told;
    told = new Map();
  }
  return lines;
}
