import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const HEADER_BYTES = 64;
const SEGMENT_BYTES = 56;
const PT_LOAD = 1;

interface Segment {
  readonly offset: number;
  readonly address: number;
  readonly bytes: number;
}

/** What is read of a 64-bit little-endian ELF file while its processes are judged; kept open until `close`. */
export class ElfFile {
  readonly path: string;
  /** Offset in the file of the first instruction, or -1 when it has none. */
  readonly entryOffset: number;
  readonly #fd: number;
  readonly #bytes: number;
  readonly #segments: readonly Segment[];

  /** Throws what `open` throws, and RangeError when the file is no ELF file. */
  constructor(path: string) {
    this.path = path;
    this.#fd = openSync(path, 'r');
    this.#bytes = fstatSync(this.#fd).size;
    const header = this.read(0, HEADER_BYTES);
    if (header.length < HEADER_BYTES || header.readUInt32BE(0) !== 0x7f454c46 || header[4] !== 2) {
      closeSync(this.#fd);
      throw new RangeError(`${path} is no 64-bit ELF file.`);
    }
    const table = this.read(Number(header.readBigUInt64LE(32)), header.readUInt16LE(56) * SEGMENT_BYTES);
    this.#segments = Array.from({ length: table.length / SEGMENT_BYTES }, (_, i) => i * SEGMENT_BYTES)
      .filter((at) => table.readUInt32LE(at) === PT_LOAD)
      .map((at) => ({
        offset: Number(table.readBigUInt64LE(at + 8)),
        address: Number(table.readBigUInt64LE(at + 16)),
        bytes: Number(table.readBigUInt64LE(at + 32)),
      }));
    this.entryOffset = this.#offsetOf(Number(header.readBigUInt64LE(24)));
  }

  /** At most `bytes` from `offset`; fewer where the file ends. */
  read(offset: number, bytes: number): Buffer {
    const end = Math.min(this.#bytes, offset + bytes);
    const buffer = Buffer.alloc(Math.max(0, end - offset));
    const got = buffer.length === 0 ? 0 : readSync(this.#fd, buffer, 0, buffer.length, offset);
    return buffer.subarray(0, got);
  }

  /** Address as the file's program headers write it; -1 outside of them. */
  addressOf(offset: number): number {
    const segment = this.#segments.find((one) => offset >= one.offset && offset < one.offset + one.bytes);
    return segment ? offset - segment.offset + segment.address : -1;
  }

  #offsetOf(address: number): number {
    const segment = this.#segments.find((one) => address >= one.address && address < one.address + one.bytes);
    return segment && address !== 0 ? address - segment.address + segment.offset : -1;
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** Opens each file once; `null` for what cannot be opened or is no ELF file. */
export class ElfFiles {
  readonly #files = new Map<string, ElfFile | null>();

  get(path: string): ElfFile | null {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    let file: ElfFile | null = null;
    try {
      if (path.startsWith('/')) file = new ElfFile(path);
    } catch {
      // Deleted, memory only, or no ELF file: nothing can be said of its code.
    }
    this.#files.set(path, file);
    return file;
  }

  close(): void {
    for (const file of this.#files.values()) file?.close();
    this.#files.clear();
  }
}
