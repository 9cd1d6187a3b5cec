import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Interceptor } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { type DebugFiles, DebuginfoService } from '@strata/debug-files';
import { refusalOf } from '@strata/settings';
import type { FastifyInstance } from 'fastify';
import { addHttp2 } from '../http2-beside-http1.ts';
import type { Metrics } from '../metrics.ts';
import { debuginfoService } from './debuginfo-service.ts';
import { toRpcError } from './rpc-error.ts';

/** Parca's clients send 8 MiB at a time. */
const MESSAGE_BYTES_MOST = 16 << 20;

/** Counts calls, and answers errors by their sentence. */
const counting =
  (metrics: Metrics): Interceptor =>
  (next) =>
  async (call) => {
    metrics.inFlight.inc();
    try {
      const answer = await next(call);
      if (call.method.name === 'MarkUploadFinished') metrics.stored.inc({ door: 'debuginfo' });
      return answer;
    } catch (error) {
      const { code, answer } = toRpcError(error);
      metrics.refused.inc({ door: 'debuginfo', reason: code });
      throw answer;
    } finally {
      metrics.inFlight.dec();
    }
  };

/** Opens the service for gRPC over HTTP/2, and for gRPC-web and Connect over HTTP/1.1 as well, on the port of the server. */
export function addDebuginfoRpc(app: FastifyInstance, files: DebugFiles, metrics: Metrics): void {
  const stopping = new AbortController();
  const handle = connectNodeAdapter({
    readMaxBytes: MESSAGE_BYTES_MOST,
    interceptors: [counting(metrics)],
    shutdownSignal: stopping.signal,
    routes: (router) =>
      router.service(
        DebuginfoService,
        debuginfoService(files, (bytes) => metrics.debugFileBytes.inc(bytes)),
      ),
  });
  const closeHttp2 = addHttp2(app.server, (request, response) => {
    const refusal = refusalOf({ method: request.method, headers: { ...request.headers, host: request.authority } });
    if (refusal === null) return handle(request, response);
    response.writeHead(refusal.status, { 'content-type': 'text/plain' });
    response.end(refusal.message);
  });
  app.post(`/${DebuginfoService.typeName}/:method`, (request, reply) => {
    reply.hijack();
    handle(request.raw as IncomingMessage & Http2ServerRequest, reply.raw as ServerResponse & Http2ServerResponse);
  });
  app.addHook('preClose', async () => {
    stopping.abort();
    await closeHttp2();
  });
}
