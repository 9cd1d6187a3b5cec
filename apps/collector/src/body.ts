import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import type { Held } from './admission.ts';
import { CollectorError } from './collector-error.ts';

const MIB = 1 << 20;
export const COMPRESSED_BYTES_MOST = 16 * MIB;
export const UNPACKED_BYTES_MOST = 128 * MIB;
/** A refused body is read to its end up to here, so that its sender is there to hear why. */
const IGNORED_BYTES_MOST = 64 * MIB;

const DECODERS = {
  gzip: createGunzip,
  deflate: createInflate,
  zstd: createZstdDecompress,
} as const;

/** A body as it came, its `content-encoding` not undone. */
export interface PackedBody {
  readonly bytes: Buffer;
  readonly encoding: keyof typeof DECODERS | 'identity';
}

/** Reads a request's body. Throws CollectorError `TOO_LARGE`, `UNKNOWN_ENCODING`, `INCOMPLETE`, `BUSY`. */
export async function readPacked(request: Readable, headers: IncomingHttpHeaders, held: Held): Promise<PackedBody> {
  const encoding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding !== 'identity' && !Object.hasOwn(DECODERS, encoding)) {
    throw new CollectorError(
      'UNKNOWN_ENCODING',
      `The content encoding ${encoding.slice(0, 40)} is not known; send gzip, zstd, deflate or none.`,
    );
  }
  return { bytes: await readBytes(request, held), encoding: encoding as PackedBody['encoding'] };
}

/**
 * Undoes a body's encoding. Never more than `most` is made of it, so a bomb costs what a large honest body costs. Throws
 * CollectorError `UNPACKED_TOO_LARGE`, `BAD_ENCODING`, and what `take` throws, which hears of each piece.
 */
export function unpack({ bytes, encoding }: PackedBody, most: number, take?: Held['take']): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (bytes.length > most && encoding === 'identity') return reject(tooLarge(most));
    if (bytes.length === 0 || encoding === 'identity') return resolve(bytes);
    const decoder = DECODERS[encoding]();
    const chunks: Buffer[] = [];
    let length = 0;
    const stop = (error: unknown) => {
      decoder.destroy();
      reject(error);
    };
    decoder.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > most) return stop(tooLarge(most));
      try {
        take?.(chunk.length);
        chunks.push(chunk);
      } catch (busy) {
        stop(busy);
      }
    });
    decoder.once('end', () => resolve(Buffer.concat(chunks, length)));
    decoder.once('error', (cause) =>
      reject(new CollectorError('BAD_ENCODING', `The body is not valid ${encoding}: ${cause.message}.`, { cause })),
    );
    decoder.end(bytes);
  });
}

/** A pprof file is usually gzip by itself, whatever the request's encoding says. */
export async function unpackPprof(packed: PackedBody, most: number): Promise<Buffer> {
  const bytes = await unpack(packed, most);
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return isGzip ? unpack({ bytes, encoding: 'gzip' }, most) : bytes;
}

/** Reads what is left of a body and forgets it. False when that is too much: then the connection must be closed. */
export async function ignoreRest(request: Readable): Promise<boolean> {
  let bytes = 0;
  try {
    for await (const chunk of chunksOf(request)) {
      bytes += chunk.length;
      if (bytes > IGNORED_BYTES_MOST) return false;
    }
    return true;
  } catch {
    return false;
  }
}

async function readBytes(request: Readable, held: Held): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of chunksOf(request)) {
      bytes += chunk.length;
      if (bytes > COMPRESSED_BYTES_MOST) {
        throw new CollectorError(
          'TOO_LARGE',
          `The body is larger than ${COMPRESSED_BYTES_MOST / MIB} MiB; send less at a time, or compress it.`,
        );
      }
      held.take(chunk.length);
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof CollectorError) throw cause;
    throw new CollectorError('INCOMPLETE', `The body ended after ${bytes} bytes, before its end.`, { cause });
  }
  return Buffer.concat(chunks, bytes);
}

/** Leaving the loop must not destroy the request: its answer goes over the same connection. */
const chunksOf = (request: Readable) => request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;

const tooLarge = (most: number) =>
  new CollectorError('UNPACKED_TOO_LARGE', `The body unpacks to more than ${most / MIB} MiB.`);
