import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import type { Held } from './admission.ts';
import { CollectorError } from './collector-error.ts';

export const COMPRESSED_BYTES_MOST = 16 << 20;
export const UNPACKED_BYTES_MOST = 128 << 20;
/** A refused body is read to its end up to here, so that its sender is there to hear why. */
const IGNORED_BYTES_MOST = 64 << 20;

const DECODERS = {
  gzip: createGunzip,
  deflate: createInflate,
  zstd: createZstdDecompress,
} as const;

const isGzip = (bytes: Uint8Array) => bytes[0] === 0x1f && bytes[1] === 0x8b;

/**
 * Reads a request's body and undoes its `content-encoding`. At no time more than the two limits is held, so a bomb costs
 * what a large honest body costs. Throws CollectorError `TOO_LARGE`, `UNPACKED_TOO_LARGE`, `UNKNOWN_ENCODING`,
 * `BAD_ENCODING`, `INCOMPLETE`, `BUSY`.
 */
export async function readBody(request: Readable, headers: IncomingHttpHeaders, held: Held): Promise<Buffer> {
  const encoding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding !== 'identity' && !Object.hasOwn(DECODERS, encoding)) {
    throw new CollectorError(
      'UNKNOWN_ENCODING',
      `The content encoding ${encoding.slice(0, 40)} is not known; send gzip, zstd, deflate or none.`,
    );
  }
  const packed = await readPacked(request, held);
  if (encoding === 'identity' || packed.length === 0) return packed;
  return unpack(packed, encoding as keyof typeof DECODERS, held);
}

/** A pprof file is usually gzip by itself, whatever the request's encoding says. */
export async function unpackPprof(body: Buffer, held: Held): Promise<Buffer> {
  return isGzip(body) ? unpack(body, 'gzip', held) : body;
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

async function readPacked(request: Readable, held: Held): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of chunksOf(request)) {
      bytes += chunk.length;
      if (bytes > COMPRESSED_BYTES_MOST) {
        throw new CollectorError(
          'TOO_LARGE',
          `The body is larger than ${COMPRESSED_BYTES_MOST >> 20} MiB; send less at a time, or compress it.`,
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

function unpack(packed: Buffer, encoding: keyof typeof DECODERS, held: Held): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const decoder = DECODERS[encoding]();
    const chunks: Buffer[] = [];
    let bytes = 0;
    const stop = (error: unknown) => {
      decoder.destroy();
      reject(error);
    };
    decoder.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > UNPACKED_BYTES_MOST) {
        stop(
          new CollectorError('UNPACKED_TOO_LARGE', `The body unpacks to more than ${UNPACKED_BYTES_MOST >> 20} MiB.`),
        );
        return;
      }
      try {
        held.take(chunk.length);
        chunks.push(chunk);
      } catch (busy) {
        stop(busy);
      }
    });
    decoder.once('end', () => resolve(Buffer.concat(chunks, bytes)));
    decoder.once('error', (cause) =>
      reject(new CollectorError('BAD_ENCODING', `The body is not valid ${encoding}: ${cause.message}.`, { cause })),
    );
    decoder.end(packed);
  });
}
