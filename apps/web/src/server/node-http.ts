import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { WebError } from './errors.ts';

/** Nothing anybody sends here is long: profiles go to the collector. */
const BODY_BYTES_MOST = 256 * 1_024;

/** A request of Node's as one of fetch's, its body read; its signal ends with the connection. Throws WebError. */
export async function toRequest(from: IncomingMessage, to: ServerResponse): Promise<Request> {
  const aborter = new AbortController();
  to.once('close', () => {
    if (!to.writableFinished) aborter.abort();
  });
  const headers = new Headers();
  for (let i = 0; i < from.rawHeaders.length; i += 2) headers.append(from.rawHeaders[i]!, from.rawHeaders[i + 1]!);
  const method = from.method ?? 'GET';
  const body = method === 'GET' || method === 'HEAD' ? null : await readBody(from);
  return new Request(new URL(from.url ?? '/', `http://${from.headers.host}`), {
    method,
    headers,
    body,
    signal: aborter.signal,
  });
}

async function readBody(from: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of from as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > BODY_BYTES_MOST)
      throw new WebError('BODY_TOO_LARGE', `The body has more than ${BODY_BYTES_MOST / 1_024} KiB.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Sends a response of fetch's. */
export async function writeResponse(response: Response, to: ServerResponse): Promise<void> {
  // Who asked is gone: a page left before its answers came.
  if (to.destroyed) return;
  for (const [name, value] of response.headers) to.appendHeader(name, value);
  to.statusCode = response.status;
  if (response.body === null || to.req.method === 'HEAD') {
    to.end();
    return;
  }
  await pipeline(Readable.fromWeb(response.body as ReadableStream), to);
}
