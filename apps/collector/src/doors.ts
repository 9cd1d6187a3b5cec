import { type BuildId, parseBuildId, type UnixSeconds } from '@strata/profile';
import type { AgentReport, SymbolSearch } from '@strata/storage';
import { SymbolizerError } from '@strata/symbolizer';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Held } from './admission.ts';
import { reportSchema } from './agent-report.ts';
import { readPacked, UNPACKED_BYTES_MOST, unpack } from './body.ts';
import { CollectorError, type CollectorErrorCode } from './collector-error.ts';
import type { Door } from './metrics.ts';
import { parsePushParameters } from './push-parameters.ts';
import { readJson } from './read-json.ts';
import type { Deps } from './server.ts';
import { type Body, refusing, type StoredBody, storeBody } from './store-body.ts';

/**
 * What is read on this thread. A body made for it keeps a thread busy for half a second a MiB, so a small one delays the
 * others by an eighth of a second; what is no batch, profile or index is never larger.
 */
const SMALL_BYTES_MOST = 256 << 10;

const unavailableSchema = z.strictObject({ reason: z.string().max(2_000) });

const notFoundSchema = z.strictObject({
  reason: z.string().max(2_000),
  lookedAt: z.array(z.string().max(4_096)).max(32),
});

/** `POST /api/v1/batches`: stores an agent's batch once and answers which symbol indexes and debug files are wanted. */
export async function receiveBatch(deps: Deps, request: FastifyRequest, held: Held) {
  const packed = await readPacked(request.raw, request.headers, held);
  const { outcome, buildIds } = await store(deps, 'batches', { packed, origin: null });
  const wanted = await deps.wanted.askFor(buildIds);
  const wantedDebugFiles = await deps.wantedDebugFiles.askFor(buildIds);
  return { stored: outcome, wanted, ...(wantedDebugFiles.length > 0 && { wantedDebugFiles }) };
}

/** `POST /api/v1/profiles`: stores a pprof under the service that the address names. */
export async function receiveProfile(deps: Deps, request: FastifyRequest, held: Held) {
  const at = request.url.indexOf('?');
  const query = at < 0 ? '' : request.url.slice(at + 1);
  const origin = parsePushParameters(new URLSearchParams(query));
  const packed = await readPacked(request.raw, request.headers, held);
  const { outcome, samples } = await store(deps, 'profiles', { packed, origin });
  return { stored: outcome, samples };
}

/** `PUT /api/v1/symbols/:buildId`: keeps a symbol index that an agent was asked for. */
export async function receiveSymbols(deps: Deps, request: FastifyRequest, held: Held) {
  const buildId = buildIdOf(request);
  try {
    // A debug file may have come while the agent was building: the better one stays.
    await deps.symbols.put(buildId, await bodyOf(request, held, UNPACKED_BYTES_MOST));
  } catch (cause) {
    const refusal = symbolsRefusal(cause);
    // Asked again soon, the agent would send the same; a disk that was full may have room then.
    if (refusal.code === 'BAD_SYMBOLS' || refusal.status === 413) deps.wanted.unavailable(buildId);
    throw refusal;
  }
  deps.wanted.arrived(buildId);
  deps.wantedDebugFiles.indexArrived(buildId);
  deps.metrics.stored.inc({ door: 'symbols' });
  return { stored: 'stored' };
}

/** `POST /api/v1/symbols/:buildId/unavailable`: the agent could not build the index. */
export async function receiveSymbolsUnavailable(deps: Deps, request: FastifyRequest, held: Held) {
  const buildId = buildIdOf(request);
  const { reason } = validated('BAD_SYMBOLS', unavailableSchema, await noteOf(request, held));
  deps.wanted.unavailable(buildId);
  deps.wantedDebugFiles.indexUnavailable(buildId);
  await noteAgentSearch(deps, { buildId, reason, lookedAt: [] });
  return { noted: true };
}

/** `POST /api/v1/debug-files/:buildId/unavailable`: the agent found none where the file runs. */
export async function receiveDebugFileUnavailable(deps: Deps, request: FastifyRequest, held: Held) {
  const buildId = buildIdOf(request);
  const { lookedAt, reason } = validated('BAD_SYMBOLS', notFoundSchema, await noteOf(request, held));
  deps.wantedDebugFiles.unavailable(buildId);
  await noteAgentSearch(deps, { buildId, reason, lookedAt });
  return { noted: true };
}

/** `POST /api/v1/agents`: what an agent says of itself. */
export async function receiveAgentReport(deps: Deps, request: FastifyRequest, held: Held) {
  const body = validated('BAD_REPORT', reportSchema, await noteOf(request, held));
  const { stacks = null, ...report } = body;
  await deps.storage.writeAgentReport(report as AgentReport, stacks);
  deps.metrics.stored.inc({ door: 'agents' });
  return { stored: 'stored' };
}

/** What a machine does not have, for who asks why there are no names. */
async function noteAgentSearch(deps: Deps, search: Pick<SymbolSearch, 'buildId' | 'reason' | 'lookedAt'>) {
  const time = (Date.now() / 1000) as UnixSeconds;
  await deps.storage.noteSymbolSearch({ ...search, place: 'agent', found: false, time });
}

async function bodyOf(request: FastifyRequest, held: Held, most: number): Promise<Buffer> {
  return unpack(await readPacked(request.raw, request.headers, held), most, held.take);
}

async function noteOf(request: FastifyRequest, held: Held): Promise<unknown> {
  return readJson(await bodyOf(request, held, SMALL_BYTES_MOST));
}

async function store(deps: Deps, door: Door, body: Body): Promise<StoredBody> {
  const stop = deps.metrics.seconds.startTimer({ door });
  const stored = await storeBody(deps.storage, body, SMALL_BYTES_MOST).catch((error: unknown) => {
    if (error instanceof CollectorError && error.code === 'UNPACKED_TOO_LARGE') return deps.large.store(body);
    throw error;
  });
  stop();
  if (stored.outcome === 'duplicate') deps.metrics.duplicates.inc({ door });
  else {
    deps.metrics.stored.inc({ door });
    deps.metrics.samples.inc({ door }, stored.samples);
  }
  return stored;
}

function symbolsRefusal(cause: unknown): CollectorError {
  if (cause instanceof CollectorError) return cause;
  if (cause instanceof SymbolizerError) {
    const code = cause.code === 'INVALID_INDEX' ? 'BAD_SYMBOLS' : 'SYMBOLS_UNAVAILABLE';
    return new CollectorError(code, cause.message, { cause });
  }
  const reason = (cause as Error).message;
  return new CollectorError('SYMBOLS_UNAVAILABLE', `The symbol index cannot be written: ${reason}.`, { cause });
}

function buildIdOf(request: FastifyRequest): BuildId {
  return refusing('BAD_BUILD_ID', () => parseBuildId((request.params as { buildId: string }).buildId));
}

function validated<T>(code: CollectorErrorCode, schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CollectorError(code, `${issue!.path.join('.') || 'The body'}: ${issue!.message}.`, { cause: parsed.error });
}
