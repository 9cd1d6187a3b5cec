import type { IncomingMessage } from 'node:http';
import { PassThrough, pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { ClickHouseException } from './exceptions.ts';

const DECODERS: Readonly<Record<string, () => NodeJS.ReadWriteStream>> = {
  identity: () => new PassThrough(),
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

/** A client that sends nothing for so long is taken for gone; ClickHouse's `http_receive_timeout`. */
const SILENCE_MOST_MS = 30_000;

/** The bytes of a request's body, decompressed, read piece by piece. */
export class RequestBody implements AsyncIterable<Buffer> {
  readonly #chunks: AsyncIterator<Buffer>;
  /** Read already by `head`. */
  #held: Buffer[] = [];

  /** Throws ClickHouseException for a content-encoding this server cannot read. */
  constructor(request: IncomingMessage) {
    const encoding = request.headers['content-encoding']?.trim().toLowerCase() || 'identity';
    const decoder = DECODERS[encoding];
    if (!decoder) {
      throw ClickHouseException.of('UNKNOWN_COMPRESSION_METHOD', `Unknown content-encoding ${encoding} of the body`);
    }
    let source: Readable = request;
    if (encoding !== 'identity') source = pipeline(request, decoder(), () => {}) as unknown as Readable;
    this.#chunks = source[Symbol.asyncIterator]();
  }

  /** The first bytes, up to about `most`, or all there are; they are still part of the body afterwards. */
  async head(most: number): Promise<{ readonly bytes: Buffer; readonly complete: boolean }> {
    let length = this.#held.reduce((sum, chunk) => sum + chunk.length, 0);
    let complete = false;
    while (length < most && !complete) {
      const chunk = await this.#next();
      if (chunk === null) complete = true;
      else {
        this.#held.push(chunk);
        length += chunk.length;
      }
    }
    this.#held = [Buffer.concat(this.#held)];
    return { bytes: this.#held[0]!, complete };
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    for (let held = this.#held.shift(); held; held = this.#held.shift()) yield held;
    for (let chunk = await this.#next(); chunk; chunk = await this.#next()) yield chunk;
  }

  async #next(): Promise<Buffer | null> {
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(ClickHouseException.of('SOCKET_TIMEOUT', `No data for ${SILENCE_MOST_MS / 1000} s`)),
        SILENCE_MOST_MS,
      );
    });
    try {
      const step = await Promise.race([this.#chunks.next(), silence]);
      return step.done ? null : step.value;
    } catch (error) {
      if (error instanceof ClickHouseException) throw error;
      const { code, message } = error as NodeJS.ErrnoException;
      const decoding = code?.startsWith('Z_') || code?.startsWith('ERR_') || code?.startsWith('ZSTD_');
      const type = decoding && code !== 'ERR_STREAM_PREMATURE_CLOSE' ? 'CANNOT_DECOMPRESS' : 'ABORTED';
      throw ClickHouseException.of(type, `The body cannot be read: ${message}`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }
}
