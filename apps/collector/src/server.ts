import { type Storage, StorageError } from '@strata/storage';
import type { IndexStore } from '@strata/symbolizer';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { Admission, type Held } from './admission.ts';
import { COMPRESSED_BYTES_MOST, ignoreRest } from './body.ts';
import { CollectorError } from './collector-error.ts';
import {
  receiveAgentReport,
  receiveBatch,
  receiveProfile,
  receiveSymbols,
  receiveSymbolsUnavailable,
} from './doors.ts';
import { createMetrics, type Door, type Metrics } from './metrics.ts';
import { WantedSymbols } from './wanted-symbols.ts';

/** What the doors work with. */
export interface Deps {
  readonly storage: Storage;
  readonly symbols: IndexStore;
  readonly wanted: WantedSymbols;
  readonly metrics: Metrics;
}

type Receive = (deps: Deps, request: FastifyRequest, held: Held) => Promise<unknown>;

/** The collector's HTTP interface, not yet listening. Every refusal is `{ error: { code, message } }` with its status. */
export function createServer(storage: Storage, symbols: IndexStore): FastifyInstance {
  const deps: Deps = { storage, symbols, wanted: new WantedSymbols(symbols), metrics: createMetrics() };
  const { metrics } = deps;
  const admission = new Admission();
  const app = Fastify({
    logger: false,
    bodyLimit: COMPRESSED_BYTES_MOST,
    requestTimeout: 60_000,
    exposeHeadRoutes: false,
  });

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
  door('symbols', 'PUT', '/api/v1/symbols/:buildId', receiveSymbols);
  door('symbols', 'POST', '/api/v1/symbols/:buildId/unavailable', receiveSymbolsUnavailable);

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

/** Errors of the boundaries below become the collector's own; anything else is our mistake, and says so. */
function asCollectorError(error: unknown): CollectorError {
  if (error instanceof CollectorError) return error;
  const { message } = error as Error;
  if (!(error instanceof StorageError))
    return new CollectorError('INTERNAL', `The collector made a mistake: ${message}.`, { cause: error });
  // A sender repeats what is answered with 5xx, so what will never be stored must not be.
  if (error.code === 'UNIT_CONFLICT') return new CollectorError('UNIT_CONFLICT', message, { cause: error });
  if (error.code === 'INVALID_BATCH') return new CollectorError('BAD_BATCH', message, { cause: error });
  return new CollectorError('STORAGE_UNAVAILABLE', message, { cause: error });
}
