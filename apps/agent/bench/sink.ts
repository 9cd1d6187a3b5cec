import { createServer, type Server } from 'node:http';
import { zstdDecompressSync } from 'node:zlib';

/** Takes whatever an agent sends and remembers what it last said of itself. */
export class Sink {
  batches = 0;
  bytes = 0;
  counters: Readonly<Record<string, number>> = {};
  /** Told of each batch, unpacked. */
  onBatch: ((batch: unknown) => void) | null = null;
  #server: Server;

  constructor() {
    this.#server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      if (request.url === '/api/v1/agents')
        this.counters = (JSON.parse(body.toString()) as Pick<Sink, 'counters'>).counters;
      else if (request.url === '/api/v1/batches') {
        this.batches++;
        this.bytes += body.length;
        this.onBatch?.(JSON.parse(zstdDecompressSync(body).toString()));
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"stored":"stored","wanted":[]}');
    });
  }

  listen(port: number): Promise<void> {
    return new Promise((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
  }

  close(): Promise<unknown> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }
}
