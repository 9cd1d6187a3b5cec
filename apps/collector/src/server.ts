import type { DebugFiles } from '@strata/debug-files';
import { refusalOf, type Settings } from '@strata/settings';
import type { Storage } from '@strata/storage';
import type { IndexStore } from '@strata/symbolizer';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { Admission, type Held } from './admission.ts';
import { COMPRESSED_BYTES_MOST, ignoreRest } from './body.ts';
import { asCollectorError, CollectorError } from './collector-error.ts';
import { addDebuginfoRpc } from './debuginfo/rpc-routes.ts';
import { WantedDebugFiles } from './debuginfo/wanted-debug-files.ts';
import {
  receiveAgentReport,
  receiveBatch,
  receiveDebugFileUnavailable,
  receiveProfile,
  receiveSymbols,
  receiveSymbolsUnavailable,
} from './doors.ts';
import { LargeBodies } from './large-bodies.ts';
import { createMetrics, type Door, type Metrics } from './metrics.ts';
import { WantedSymbols } from './wanted-symbols.ts';

/** What the doors work with. */
export interface Deps {
  readonly storage: Storage;
  readonly large: LargeBodies;
  readonly symbols: IndexStore;
  readonly wanted: WantedSymbols;
  readonly wantedDebugFiles: WantedDebugFiles;
  readonly metrics: Metrics;
}

type Receive = (deps: Deps, request: FastifyRequest, held: Held) => Promise<unknown>;

/** Where the collector keeps what comes in. */
export interface Stores {
  readonly storage: Storage;
  readonly symbols: IndexStore;
  readonly debugFiles: DebugFiles;
}

/** The collector's HTTP interface, not yet listening. Every refusal is `{ error: { code, message } }` with its status. */
export function createServer(settings: Settings, { storage, symbols, debugFiles }: Stores): FastifyInstance {
  const large = new LargeBodies(settings);
  const metrics = createMetrics();
  const wanted = new WantedSymbols(symbols);
  const wantedDebugFiles = new WantedDebugFiles(debugFiles, symbols, () => metrics.debugFileStoreFailures.inc());
  const deps: Deps = { storage, large, symbols, wanted, wantedDebugFiles, metrics };
  const admission = new Admission();
  const app = Fastify({
    logger: false,
    bodyLimit: COMPRESSED_BYTES_MOST,
    requestTimeout: 60_000,
    exposeHeadRoutes: false,
  });

  app.addHook('onRequest', async (request, reply) => {
    const refusal = refusalOf(request.raw);
    if (refusal) return refuse(metrics, 'none', new CollectorError(refusal.code, refusal.message), request, reply);
  });
  app.addHook('onClose', () => large.close());

  // Bodies are read by body.ts under its own limits, whatever their content type says.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));

  const door = (name: Door, method: 'POST' | 'PUT', url: string, receive: Receive) =>
    app.route({
      method,
      url,
      handler: async (request, reply) => {
        metrics.inFlight.inc();
        try {
          return await admission.run((held) => receive(deps, request, held));
        } catch (error) {
          return refuse(metrics, name, error, request, reply);
        } finally {
          metrics.inFlight.dec();
        }
      },
    });
  door('batches', 'POST', '/api/v1/batches', receiveBatch);
  door('profiles', 'POST', '/api/v1/profiles', receiveProfile);
  door('agents', 'POST', '/api/v1/agents', receiveAgentReport);
  door('debuginfo', 'POST', '/api/v1/debug-files/:buildId/unavailable', receiveDebugFileUnavailable);
  door('symbols', 'PUT', '/api/v1/symbols/:buildId', receiveSymbols);
  door('symbols', 'POST', '/api/v1/symbols/:buildId/unavailable', receiveSymbolsUnavailable);

  addDebuginfoRpc(app, debugFiles, metrics);

  app.get('/healthz', async (_request, reply) => {
    try {
      await storage.ping();
      return { ok: true };
    } catch (error) {
      return reply.code(503).send({ ok: false, reason: (error as Error).message });
    }
  });
  app.get('/metrics', async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
  app.setNotFoundHandler((request, reply) =>
    refuse(
      metrics,
      'none',
      new CollectorError('NOT_FOUND', `There is nothing at ${request.method} ${request.url.split('?')[0]}.`),
      request,
      reply,
    ),
  );
  app.setErrorHandler((error, request, reply) => refuse(metrics, 'none', error, request, reply));
  return app;
}

async function refuse(metrics: Metrics, door: Door, error: unknown, request: FastifyRequest, reply: FastifyReply) {
  const known = asCollectorError(error);
  metrics.refused.inc({ door, reason: known.code });
  if (!(await ignoreRest(request.raw))) reply.header('connection', 'close');
  if (known.status === 429 || known.status === 503) reply.header('retry-after', '1');
  return reply.code(known.status).send({ error: { code: known.code, message: known.message } });
}
