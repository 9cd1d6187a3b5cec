import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildId, splitBuildId } from '@strata/profile';
import { DEBUG_KINDS, type DebugKind } from './elf/debug-kind.ts';

/** docs/symbol-index.md draws it. */
const MAGIC = Buffer.from([0x89, 0x53, 0x59, 0x4d, 0x0d, 0x0a, 0x1a, 0x0a]);
const VERSION_AT = 8;
const SOURCE_AT = 24;
const BUILDER_AT = 28;
const GENERATION_AT = 96;
const HEADER_BYTES = 104;
const VERSION = 3;

/** What a symbol index says of itself. */
export interface IndexHeader {
  /** What its names come from. */
  readonly kind: DebugKind;
  readonly builder: number;
  readonly generation: number;
}

/** Null when it is no index, or one of another version: any other is better. */
export function parseIndexHeader(bytes: Uint8Array): IndexHeader | null {
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, HEADER_BYTES));
  if (header.length < HEADER_BYTES || !header.subarray(0, MAGIC.length).equals(MAGIC)) return null;
  const kind = DEBUG_KINDS[header[SOURCE_AT]! - 1];
  if (header.readUInt32LE(VERSION_AT) !== VERSION || kind === undefined) return null;
  return { kind, builder: header.readUInt32LE(BUILDER_AT), generation: header.readUInt32LE(GENERATION_AT) };
}

/** The header of the index that is kept for a build ID in the folder of indexes; null as for parseIndexHeader. */
export async function readIndexHeader(folder: string, buildId: BuildId): Promise<IndexHeader | null> {
  const { kind, hex } = splitBuildId(buildId);
  const path = join(folder, kind, hex.slice(0, 2), `${hex}.strata-symbols`);
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (file === null) return null;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return parseIndexHeader(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}
