import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { constants, createBrotliCompress, createDeflate, createGzip, createZstdCompress } from 'node:zlib';
import { type ClickHouseException, httpStatus } from './exceptions.ts';
import type { OutputFormat } from './formats.ts';
import type { NativeResult } from './native.ts';
import type { QueryRequest } from './query-request.ts';

/** A client that takes nothing for so long is taken for gone; ClickHouse's `http_send_timeout`. */
const STANDSTILL_MOST_MS = 30_000;

/** Writes the answer to one query: headers as late as it can, then the body with its compression. */
export class Answer {
  readonly #response: ServerResponse;
  readonly #request: QueryRequest;
  readonly #encoding: Encoding | null;
  /** Names the block in which an error is told once rows are under way (ClickHouse 25.11 and later). */
  readonly #exceptionTag = randomBytes(8).toString('hex');
  #body: NodeJS.WritableStream | undefined;

  constructor(request: IncomingMessage, response: ServerResponse, query: QueryRequest) {
    this.#response = response;
    this.#request = query;
    this.#encoding = query.compressAnswer ? chooseEncoding(request.headers['accept-encoding']?.toString() ?? '') : null;
    response.setHeader('X-ClickHouse-Query-Id', query.context.id);
  }

  get begun(): boolean {
    return this.#response.headersSent;
  }

  /** Sends the headers; what is known of the query's end goes into `X-ClickHouse-Summary`. */
  begin(format: OutputFormat | null, summary: Summary | null): void {
    const response = this.#response;
    response.statusCode = 200;
    response.setHeader('Content-Type', format?.contentType ?? 'text/plain; charset=UTF-8');
    if (format) response.setHeader('X-ClickHouse-Format', format.name);
    response.setHeader('X-ClickHouse-Exception-Tag', this.#exceptionTag);
    response.setHeader('X-ClickHouse-Summary', JSON.stringify(summary ?? summaryOf(null, false)));
    this.#startBody();
  }

  /** Resolves when the client can take more. Rejects when it takes nothing for too long. */
  async write(chunk: Uint8Array): Promise<void> {
    if (this.#response.destroyed) throw new Error('The client has gone.');
    if (this.#body!.write(chunk)) return;
    const signal = AbortSignal.timeout(STANDSTILL_MOST_MS);
    const gone = new AbortController();
    const close = () => gone.abort(new Error('The client has gone.'));
    this.#response.once('close', close);
    try {
      await once(this.#body as NodeJS.EventEmitter, 'drain', { signal: AbortSignal.any([signal, gone.signal]) });
    } finally {
      this.#response.off('close', close);
    }
  }

  async end(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#response.once('close', resolve);
      this.#response.once('finish', resolve);
      this.#body!.end();
    });
  }

  /** Tells of an error: by status and body, or, when rows are under way already, in a block behind them. */
  async fail(exception: ClickHouseException): Promise<void> {
    const response = this.#response;
    if (response.destroyed) return;
    if (this.#body) {
      const tag = this.#exceptionTag;
      const message = `${exception.message}\n`;
      const length = Buffer.byteLength(message);
      const block = `\r\n__exception__\r\n${tag}\r\n${message}${length} ${tag}\r\n__exception__\r\n`;
      this.#body.write(block);
    } else {
      response.statusCode = httpStatus(exception);
      response.setHeader('Content-Type', 'text/plain; charset=UTF-8');
      response.setHeader('X-ClickHouse-Exception-Code', exception.code);
      if (response.statusCode === 401) response.setHeader('WWW-Authenticate', 'Basic realm="ClickHouse"');
      this.#startBody();
      this.#body!.write(`${exception.message}\n`);
    }
    await this.end();
  }

  #startBody(): void {
    if (!this.#encoding) {
      this.#body = this.#response;
      return;
    }
    this.#response.setHeader('Content-Encoding', this.#encoding);
    const encoder = ENCODERS[this.#encoding](this.#request.zlibLevel);
    encoder.pipe(this.#response);
    this.#body = encoder;
  }
}

const ENCODERS = {
  zstd: () => createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 1 } }),
  gzip: (level: number) => createGzip({ level }),
  deflate: (level: number) => createDeflate({ level }),
  br: () => createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 3 } }),
} as const;

type Encoding = keyof typeof ENCODERS;

/** The cheapest one the client takes; `null` for none. */
export function chooseEncoding(accept: string): Encoding | null {
  const taken = accept
    .toLowerCase()
    .split(',')
    .map((part) => part.trim())
    .filter((part) => !/;\s*q=0(\.0*)?$/.test(part))
    .map((part) => part.replace(/\s*;.*/, ''));
  return (Object.keys(ENCODERS) as Encoding[]).find((encoding) => taken.includes(encoding)) ?? null;
}

/** ClickHouse's `X-ClickHouse-Summary`: numbers as text. */
export type Summary = Readonly<Record<string, string>>;

/** The engine counts the rows of an INSERT as read; they are the written ones as well. Zeros when nothing is known yet. */
export function summaryOf(result: NativeResult | null, inserted: boolean): Summary {
  const rows = String(result?.rowsRead ?? 0);
  const bytes = String(result?.bytesRead ?? 0);
  return {
    read_rows: rows,
    read_bytes: bytes,
    written_rows: inserted ? rows : '0',
    written_bytes: inserted ? bytes : '0',
    total_rows_to_read: '0',
    result_rows: inserted ? rows : '0',
    result_bytes: inserted ? bytes : '0',
    elapsed_ns: String(Math.round((result?.elapsed ?? 0) * 1e9)),
  };
}
