import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { CollectorError } from './collector-error.ts';

export const COMPRESSED_BYTES_MOST = 16 << 20;
export const UNPACKED_BYTES_MOST = 128 << 20;

const DECODERS = {
  gzip: createGunzip,
  deflate: createInflate,
  zstd: createZstdDecompress,
} as const;

const isGzip = (bytes: Uint8Array) => bytes[0] === 0x1f && bytes[1] === 0x8b;

/**
 * Reads a request's body and undoes its `content-encoding`. At no time more than the two limits is held, so a bomb costs
 * what a large honest body costs. Throws CollectorError `TOO_LARGE`, `UNPACKED_TOO_LARGE`, `UNKNOWN_ENCODING`, `BAD_ENCODING`.
 */
export async function readBody(request: Readable, headers: IncomingHttpHeaders): Promise<Buffer> {
  const packed = await readPacked(request);
  const encoding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity' || packed.length === 0) return packed;
  if (!Object.hasOwn(DECODERS, encoding)) {
    throw new CollectorError(
      'UNKNOWN_ENCODING',
      `The content encoding ${encoding} is not known; send gzip, zstd, deflate or none.`,
    );
  }
  return unpack(packed, encoding as keyof typeof DECODERS);
}

/** A pprof file is usually gzip by itself, whatever the request's encoding says. */
export async function unpackPprof(body: Buffer): Promise<Buffer> {
  return isGzip(body) ? unpack(body, 'gzip') : body;
}

async function readPacked(request: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > COMPRESSED_BYTES_MOST) {
      throw new CollectorError(
        'TOO_LARGE',
        `The body is larger than ${COMPRESSED_BYTES_MOST >> 20} MiB; send less at a time, or compress it.`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

function unpack(packed: Buffer, encoding: keyof typeof DECODERS): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const decoder = DECODERS[encoding]();
    const chunks: Buffer[] = [];
    let bytes = 0;
    decoder.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > UNPACKED_BYTES_MOST) {
        decoder.destroy();
        reject(
          new CollectorError('UNPACKED_TOO_LARGE', `The body unpacks to more than ${UNPACKED_BYTES_MOST >> 20} MiB.`),
        );
        return;
      }
      chunks.push(chunk);
    });
    decoder.once('end', () => resolve(Buffer.concat(chunks, bytes)));
    decoder.once('error', (cause) =>
      reject(new CollectorError('BAD_ENCODING', `The body is not valid ${encoding}: ${cause.message}.`, { cause })),
    );
    decoder.end(packed);
  });
}
