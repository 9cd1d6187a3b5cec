import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { authenticate } from './credentials.ts';
import type { Engine } from './engine.ts';
import { ClickHouseException, httpStatus } from './exceptions.ts';
import { readOutputFormats } from './formats.ts';
import { QueryHandler } from './query-handler.ts';

/** A server that does not listen yet. */
export interface HttpInterface {
  readonly server: Server;
  /** Takes no new request, ends the running queries, and resolves when the last is answered. */
  stop(): Promise<void>;
}

/** ClickHouse's HTTP interface over one engine: `/`, `/ping`, `/replicas_status`, and our own `/healthz`. */
export async function createHttpInterface(engine: Engine, password: string): Promise<HttpInterface> {
  const handler = new QueryHandler(engine, await readOutputFormats(engine));
  const timezone = (await engine.run('SELECT timezone()')).trim();

  const route = (request: IncomingMessage, response: ServerResponse): void => {
    response.setHeader('X-ClickHouse-Server-Display-Name', 'strata');
    response.setHeader('X-ClickHouse-Timezone', timezone);
    // Not relative to it: an address that begins with two slashes would be another host's.
    const url = URL.parse(`http://clickhouse${request.url ?? '/'}`);
    if (url === null) return void end(response, 400, 'This is no address.\n');
    const reading = request.method === 'GET' || request.method === 'HEAD';
    if (reading && (url.pathname === '/ping' || url.pathname === '/replicas_status')) return void ok(response);
    if (reading && url.pathname === '/healthz') return void health(engine, response);
    if (url.pathname !== '/' && url.pathname !== '/query') return void notFound(url.pathname, response);
    if (reading && url.search === '') return void ok(response);
    if (!reading && request.method !== 'POST') return void end(response, 501, `There is no ${request.method} here.\n`);
    try {
      authenticate(request, url.searchParams, password);
      handler.handle(request, response, url.searchParams);
    } catch (error) {
      const exception = ClickHouseException.from(error);
      const status = httpStatus(exception);
      response.setHeader('X-ClickHouse-Exception-Code', exception.code);
      if (status === 401) response.setHeader('WWW-Authenticate', 'Basic realm="ClickHouse"');
      end(response, status, `${exception.message}\n`);
      request.resume();
    }
  };

  // A statement with its parameters may stand in the address; ClickHouse takes 1 MiB (`http_max_uri_size`).
  const server = createServer({ maxHeaderSize: 1 << 20, keepAliveTimeout: 10_000, requestTimeout: 0 }, route);
  return {
    server,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      await handler.stop();
      server.closeAllConnections();
      await closed;
    },
  };
}

function end(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=UTF-8' }).end(text);
}

function ok(response: ServerResponse): void {
  end(response, 200, 'Ok.\n');
}

function notFound(path: string, response: ServerResponse): void {
  end(response, 404, `There is no handle ${path}\n\nUse / for queries and /ping for health checks.\n`);
}

async function health(engine: Engine, response: ServerResponse): Promise<void> {
  const error = await engine.run('SELECT 1').then(
    () => null,
    (cause: Error) => cause,
  );
  const body = error
    ? { error: { code: 'ENGINE_FAILED', message: `The engine does not answer: ${error.message}` } }
    : { status: 'ok', pid: process.pid };
  response.writeHead(error ? 503 : 200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}
