import { createServer, type Server } from 'node:http';
import { zstdDecompressSync } from 'node:zlib';
import { type Batch, decodeBatch } from '@strata/profile';
import type { Report } from '../src/report.ts';

/**
 * The collector's side of the wire on a real port, without ClickHouse: it stores each batch once by its content, as the
 * collector does, and can be killed and started again.
 */
export class CollectorStub {
  readonly batches: Batch[] = [];
  readonly reports: Report[] = [];
  readonly symbols = new Map<string, Buffer>();
  readonly unavailable = new Map<string, string>();
  duplicates = 0;
  /** Build IDs to ask for, by what is in a batch. */
  wanted: (batch: Batch) => readonly string[] = () => [];
  /** An answer instead of storing, while set: with `afterStoring` the batch is stored, and only the answer is lost. */
  fault: { readonly status: number; readonly afterStoring?: boolean; readonly times: number } | null = null;
  #port: number;
  #seen = new Set<string>();
  #server: Server | null = null;

  constructor(port: number) {
    this.#port = port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Samples stored so far. */
  get samples(): number {
    return this.batches.reduce((sum, { samples }) => sum + samples.count.reduce((a, b) => a + b, 0), 0);
  }

  async start(): Promise<void> {
    this.#server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      const packed = Buffer.concat(chunks);
      const body = request.headers['content-encoding'] === 'zstd' ? zstdDecompressSync(packed) : packed;
      const { status, answer } = this.#answer(request.url ?? '', body);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
    await new Promise<void>((resolve) => this.#server!.listen(this.#port, '127.0.0.1', resolve));
  }

  /** As a killed process: open connections break. */
  async kill(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  #answer(path: string, body: Buffer): { status: number; answer: unknown } {
    const [, symbols, unavailable] = /^\/api\/v1\/symbols\/([^/]+)(\/unavailable)?$/.exec(path) ?? [];
    if (path === '/api/v1/batches') return this.#receiveBatch(body);
    if (path === '/api/v1/agents') this.reports.push(JSON.parse(body.toString()) as Report);
    else if (symbols && unavailable)
      this.unavailable.set(symbols, (JSON.parse(body.toString()) as { reason: string }).reason);
    else if (symbols) this.symbols.set(symbols, body);
    else return { status: 404, answer: { error: { code: 'NOT_FOUND', message: `There is nothing at ${path}.` } } };
    return { status: 200, answer: { stored: 'stored' } };
  }

  #receiveBatch(body: Buffer): { status: number; answer: unknown } {
    const fault = this.fault;
    if (fault) this.fault = fault.times > 1 ? { ...fault, times: fault.times - 1 } : null;
    const refusal = {
      status: fault?.status ?? 0,
      answer: { error: { code: 'TEST', message: 'This batch is refused.' } },
    };
    if (fault && !fault.afterStoring) return refusal;
    const identity = body.toString('latin1');
    const batch = decodeBatch(JSON.parse(body.toString()));
    const duplicate = this.#seen.has(identity);
    this.#seen.add(identity);
    if (duplicate) this.duplicates++;
    else this.batches.push(batch);
    if (fault) return refusal;
    return { status: 200, answer: { stored: duplicate ? 'duplicate' : 'stored', wanted: this.wanted(batch) } };
  }
}

/** Waits until `condition` holds; fails with `what` after `seconds`. */
export async function eventually(
  what: string,
  seconds: number,
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  for (let left = seconds * 50; left > 0; left--) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`Waited ${seconds} s in vain for: ${what}`);
}
