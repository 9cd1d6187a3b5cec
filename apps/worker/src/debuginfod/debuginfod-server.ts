import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  ConsecutiveBreaker,
  circuitBreaker,
  handleAll,
} from 'cockatiel';

/** A server may have to unpack an archive first. */
const ANSWER_MS = 90_000;
/** Of a large file over a slow line. */
const WHOLE_MS = 30 * 60_000;
const FAILURES_MOST = 3;
const REST_MS = 60_000;

/**
 * `found`: the file is at the path it was asked to; `missing`: the server says that it has none, or only one that is too large;
 * `failed`: it did not say; `resting`: it was not asked, because it failed three times in a row less than a minute ago.
 */
export type DebuginfodAnswer =
  | { readonly state: 'found' }
  | { readonly state: 'missing' | 'failed' | 'resting'; readonly reason: string };

/** A debuginfod server (https://sourceware.org/elfutils/Debuginfod.html), left alone for a while when it keeps failing. */
export class DebuginfodServer {
  readonly url: string;
  readonly #breaker: CircuitBreakerPolicy;

  constructor(url: string) {
    this.url = url.replace(/\/+$/, '');
    const breaker = new ConsecutiveBreaker(FAILURES_MOST);
    this.#breaker = circuitBreaker(handleAll, { halfOpenAfter: REST_MS, breaker });
  }

  /** The address of the debug information for a GNU build ID in hex. */
  addressOf(hex: string): string {
    return `${this.url}/buildid/${hex}/debuginfo`;
  }

  /** Fetches debug information into a new file at `path`, of at most `bytesMost`. Throws only when `signal` aborts. */
  async fetch(hex: string, path: string, bytesMost: number, signal: AbortSignal): Promise<DebuginfodAnswer> {
    try {
      return await this.#breaker.execute(() => this.#fetch(hex, path, bytesMost, signal));
    } catch (error) {
      signal.throwIfAborted();
      await rm(path, { force: true });
      if (error instanceof BrokenCircuitError) return { state: 'resting', reason: 'The server keeps failing.' };
      const { cause, message } = error as Error;
      return { state: 'failed', reason: `It did not answer: ${cause instanceof Error ? cause.message : message}.` };
    }
  }

  async #fetch(hex: string, path: string, bytesMost: number, signal: AbortSignal): Promise<DebuginfodAnswer> {
    const late = new AbortController();
    const answerTimer = setTimeout(() => late.abort(new Error(`nothing came for ${ANSWER_MS / 1000} s`)), ANSWER_MS);
    try {
      const response = await fetch(this.addressOf(hex), {
        headers: { 'accept-encoding': 'identity' },
        signal: AbortSignal.any([signal, late.signal, AbortSignal.timeout(WHOLE_MS)]),
      });
      clearTimeout(answerTimer);
      if (response.status === 404 || response.status === 410) {
        await response.body?.cancel();
        return { state: 'missing', reason: 'The server does not have it.' };
      }
      if (!response.ok || response.body === null) {
        await response.body?.cancel();
        throw new Error(`the server said ${response.status} ${response.statusText}`.trim());
      }
      return await store(response.body as ReadableStream<Uint8Array>, path, bytesMost);
    } finally {
      clearTimeout(answerTimer);
    }
  }
}

async function store(body: ReadableStream<Uint8Array>, path: string, bytesMost: number): Promise<DebuginfodAnswer> {
  let bytes = 0;
  async function* limited(pieces: AsyncIterable<Uint8Array>) {
    for await (const piece of pieces) {
      bytes += piece.length;
      if (bytes > bytesMost) return;
      yield piece;
    }
  }
  await pipeline(Readable.fromWeb(body), limited, createWriteStream(path, { mode: 0o600 }));
  if (bytes <= bytesMost) return { state: 'found' };
  await rm(path, { force: true });
  return { state: 'missing', reason: `What the server has is larger than the ${bytesMost} bytes that are taken.` };
}
