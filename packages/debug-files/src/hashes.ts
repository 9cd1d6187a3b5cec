import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Xxh64 } from '@node-rs/xxhash';

const CHUNK_BYTES = 1 << 20;

/** Hex digests of a content: Strata's own, and the one Parca's clients send. */
export interface Hashes {
  readonly sha256: string;
  readonly xxh64: string;
}

/** Reads a file once, a piece at a time. */
export async function hashFile(path: string): Promise<Hashes> {
  const sha256 = createHash('sha256');
  const xxh64 = new Xxh64();
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
    sha256.update(chunk);
    xxh64.update(chunk);
  }
  return { sha256: sha256.digest('hex'), xxh64: xxh64.digest().toString(16).padStart(16, '0') };
}

/** 16 hex digits are XXH64, 64 SHA-256; nothing says nothing. */
export const isHash = (text: string) => /^([a-f0-9]{16}|[a-f0-9]{64})?$/.test(text);

/** Whether a content has the hash that was said; nothing said fits everything. */
export const hasHash = ({ sha256, xxh64 }: Hashes, said: string) => said === '' || said === sha256 || said === xxh64;
