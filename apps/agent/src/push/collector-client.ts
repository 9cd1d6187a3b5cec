import { createReadStream } from 'node:fs';
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { pipeline } from 'node:stream/promises';

const ANSWER_BYTES_MOST = 4 << 20;
const TIMEOUT_MS = 30_000;

export interface Answer {
  readonly status: number;
  readonly body: string;
  /** What `Retry-After` asks for. */
  readonly retryAfterMs: number;
}

export interface Body {
  readonly type: 'application/json' | 'application/octet-stream';
  readonly encoding: 'identity' | 'zstd';
  /** Bytes, or the path of a file to stream. */
  readonly content: Buffer | { readonly file: string };
}

export const jsonBody = (value: unknown): Body => ({
  type: 'application/json',
  encoding: 'identity',
  content: Buffer.from(JSON.stringify(value)),
});

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MOST) throw new Error(`the answer is larger than ${ANSWER_BYTES_MOST >> 20} MiB`);
    chunks.push(chunk);
  }
  const seconds = Number(response.headers['retry-after'] ?? 0);
  return {
    status: response.statusCode ?? 0,
    body: Buffer.concat(chunks).toString('utf8'),
    retryAfterMs: Number.isFinite(seconds) ? Math.max(0, seconds) * 1000 : 0,
  };
}

/** Speaks to the collector over one kept connection. node:http rather than fetch: the agent's memory is counted. */
export class CollectorClient {
  #base: URL;
  #agent: HttpAgent;
  #request: typeof requestHttp;

  constructor(url: string) {
    this.#base = new URL(url.endsWith('/') ? url : `${url}/`);
    const secure = this.#base.protocol === 'https:';
    this.#agent = secure
      ? new HttpsAgent({ keepAlive: true, maxSockets: 2 })
      : new HttpAgent({ keepAlive: true, maxSockets: 2 });
    this.#request = secure ? requestHttps : requestHttp;
  }

  /** Any answer resolves, whatever its status; rejects when there is none within 30 s or `signal` aborts. */
  async send(method: 'POST' | 'PUT', path: string, body: Body, signal?: AbortSignal): Promise<Answer> {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    const { content, encoding, type } = body;
    const request = this.#request(new URL(path, this.#base), {
      method,
      agent: this.#agent,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      headers: {
        'content-type': type,
        ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
        ...(Buffer.isBuffer(content) ? { 'content-length': content.length } : {}),
      },
    });
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      request.once('response', resolve);
      request.once('error', reject);
    });
    if (Buffer.isBuffer(content)) request.end(content);
    // A refusal may come before the whole file is sent; what counts is the answer.
    else pipeline(createReadStream(content.file), request).catch((error: Error) => request.destroy(error));
    return readAnswer(await answered);
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** The sentence in an error's body, `{ error: { message } }`, or the beginning of whatever came instead. */
export function refusalIn({ status, body }: Answer): string {
  try {
    const parsed = JSON.parse(body) as { error?: { code?: string; message?: string } };
    if (parsed.error?.message) return parsed.error.message;
  } catch {
    // A proxy's page, perhaps.
  }
  return `HTTP ${status} ${body.slice(0, 200)}`.trim();
}
