import type { FileHandle } from 'node:fs/promises';
import { DebugFileError } from '../debug-file-error.ts';

const SHT_NOBITS = 8;
const SHF_COMPRESSED = 1n << 11n;
/** Real files have fewer than a hundred, those with a section per function tens of thousands. */
const SECTIONS_MOST = 100_000;
const NAMES_BYTES_MOST = 16 << 20;

/** A section of an ELF file. Sizes are bytes; a compressed one says of itself what it unpacks to. */
export interface Section {
  readonly name: string;
  readonly offset: number;
  readonly bytes: number;
  readonly unpackedBytes: number;
}

/** How one of the two classes and byte orders of ELF lays out what we read. */
interface Layout {
  readonly is64: boolean;
  readonly little: boolean;
}

/**
 * Sections that have content, as the table says; nothing but the table, the names and the headers of compressed sections is
 * read. Throws DebugFileError `NOT_ELF`, `MALFORMED_ELF`.
 */
export async function readSections(file: FileHandle): Promise<readonly Section[]> {
  const fileBytes = (await file.stat()).size;
  const header = await readAt(file, 0, Math.min(64, fileBytes));
  if (header.length < 52 || header.toString('latin1', 0, 4) !== '\x7fELF') {
    throw new DebugFileError('NOT_ELF', 'The file is no ELF file.');
  }
  const layout = { is64: header[4] === 2, little: header[5] === 1 };
  if (layout.is64 && header.length < 64) throw malformed('its header is cut short');
  const table = await readTable(file, fileBytes, header, layout);
  const sections: Section[] = [];
  for (const { name, type, flags, offset, bytes } of table) {
    if (type === SHT_NOBITS || bytes === 0 || offset + bytes > fileBytes) continue;
    const packed = (flags & SHF_COMPRESSED) !== 0n;
    sections.push({ name, offset, bytes, unpackedBytes: packed ? await unpackedBytes(file, offset, layout) : bytes });
  }
  return sections;
}

/** Content of a section, up to `most` bytes. */
export async function readSection(file: FileHandle, section: Section, most: number): Promise<Buffer> {
  return readAt(file, section.offset, Math.min(section.bytes, most));
}

async function readTable(file: FileHandle, fileBytes: number, header: Buffer, layout: Layout) {
  const field = (at32: number, at64: number) => wide(header, layout.is64 ? at64 : at32, layout);
  const half = (at32: number, at64: number) => short(header, layout.is64 ? at64 : at32, layout);
  const tableOffset = field(32, 40);
  const entryBytes = half(46, 58);
  let count = half(48, 60);
  let namesAt = half(50, 62);
  if (tableOffset === 0) return [];
  const least = layout.is64 ? 64 : 40;
  if (entryBytes < least || tableOffset + entryBytes > fileBytes)
    throw malformed('its section table lies outside of it');
  if (count === 0 || namesAt === 0xffff) {
    // More sections than fit the header: the first entry has the numbers.
    const first = entry(await readAt(file, tableOffset, entryBytes), 0, layout);
    if (count === 0) count = first.bytes;
    if (namesAt === 0xffff) namesAt = first.link;
  }
  if (count > SECTIONS_MOST) throw malformed(`it has ${count} sections`);
  if (tableOffset + count * entryBytes > fileBytes) throw malformed('its section table lies outside of it');
  const table = await readAt(file, tableOffset, count * entryBytes);
  const entries = Array.from({ length: count }, (_, i) => entry(table, i * entryBytes, layout));
  const names = entries[namesAt];
  if (names === undefined || names.offset + names.bytes > fileBytes || names.bytes > NAMES_BYTES_MOST) {
    throw malformed('the names of its sections are not there');
  }
  const text = await readAt(file, names.offset, names.bytes);
  return entries.map((each) => ({ ...each, name: nameAt(text, each.nameAt) }));
}

function entry(table: Buffer, at: number, layout: Layout) {
  const { is64 } = layout;
  return {
    nameAt: word(table, at, layout),
    type: word(table, at + 4, layout),
    flags: BigInt(wide(table, at + 8, layout)),
    offset: wide(table, at + (is64 ? 24 : 16), layout),
    bytes: wide(table, at + (is64 ? 32 : 20), layout),
    link: word(table, at + (is64 ? 40 : 24), layout),
  };
}

function nameAt(names: Buffer, at: number): string {
  if (at >= names.length) return '';
  const end = names.indexOf(0, at);
  return names.toString('latin1', at, end < 0 ? names.length : Math.min(end, at + 256));
}

/** Elf32_Chdr and Elf64_Chdr: type, (reserved,) size. */
async function unpackedBytes(file: FileHandle, offset: number, layout: Layout): Promise<number> {
  const header = await readAt(file, offset, layout.is64 ? 24 : 12);
  if (header.length < 12) throw malformed('a compressed section is cut short');
  return wide(header, layout.is64 ? 8 : 4, layout);
}

async function readAt(file: FileHandle, offset: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  const { bytesRead } = await file.read(buffer, 0, bytes, offset);
  return buffer.subarray(0, bytesRead);
}

const short = (bytes: Buffer, at: number, { little }: Layout) =>
  little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
const word = (bytes: Buffer, at: number, { little }: Layout) =>
  little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);

/** A number of the class's width. What is beyond 2^53 is wrong in any file, and stays too large to be believed. */
function wide(bytes: Buffer, at: number, layout: Layout): number {
  if (!layout.is64) return word(bytes, at, layout);
  return Number(layout.little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
}

const malformed = (what: string) => new DebugFileError('MALFORMED_ELF', `The file is damaged: ${what}.`);
