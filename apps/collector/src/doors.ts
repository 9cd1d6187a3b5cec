import { createHash } from 'node:crypto';
import type { Batch, BuildId } from '@strata/profile';
import { decodeBatch, decodePprof, ProfileError, parseBuildId } from '@strata/profile';
import type { AgentReport } from '@strata/storage';
import { SymbolizerError } from '@strata/symbolizer';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Held } from './admission.ts';
import { readBody, unpackPprof } from './body.ts';
import { CollectorError, type CollectorErrorCode } from './collector-error.ts';
import type { Door } from './metrics.ts';
import { parsePushParameters } from './push-parameters.ts';
import { readJson } from './read-json.ts';
import type { Deps } from './server.ts';

const reportSchema = z.strictObject({
  agent: z.string().min(1).max(256),
  host: z.string().min(1).max(256),
  agentVersion: z.string().max(64),
  kernel: z.string().max(256),
  time: z.number().int().nonnegative(),
  startedAt: z.number().int().nonnegative(),
  state: z.enum(['sampling', 'unavailable', 'stopped']),
  reason: z.string().max(2_000),
  frequencyHz: z.number().int().min(0).max(999),
  counters: z.record(z.string().max(128), z.number().nonnegative()),
});
const unavailableSchema = z.strictObject({ reason: z.string().max(2_000) });

/** `POST /api/v1/batches`: stores an agent's batch once and answers which symbol indexes are wanted. */
export async function receiveBatch(deps: Deps, request: FastifyRequest, held: Held) {
  const body = await bodyOf(request, held);
  const batch = refusing('BAD_BATCH', () => decodeBatch(readJson(body)));
  const stored = await store(deps, 'batches', batch, tokenOf(body));
  return { stored, wanted: await deps.wanted.askFor(batch) };
}

/** `POST /api/v1/profiles`: stores a pprof under the service that the address names. */
export async function receiveProfile(deps: Deps, request: FastifyRequest, held: Held) {
  const query = request.url.split('?')[1] ?? '';
  const origin = parsePushParameters(new URLSearchParams(query));
  const body = await unpackPprof(await bodyOf(request, held), held);
  const batch = refusing('BAD_PROFILE', () => decodePprof(body, origin));
  const stored = await store(deps, 'profiles', batch, tokenOf(body, JSON.stringify(origin)));
  return { stored, samples: batch.samples.node.length };
}

/** `PUT /api/v1/symbols/:buildId`: keeps a symbol index that an agent was asked for. */
export async function receiveSymbols(deps: Deps, request: FastifyRequest, held: Held) {
  const buildId = buildIdOf(request);
  try {
    await deps.symbols.put(buildId, await bodyOf(request, held));
  } catch (cause) {
    const refusal = symbolsRefusal(cause);
    // Asked again soon, the agent would send the same; a disk that was full may have room then.
    if (refusal.code === 'BAD_SYMBOLS' || refusal.status === 413) deps.wanted.unavailable(buildId);
    throw refusal;
  }
  deps.wanted.arrived(buildId);
  deps.metrics.stored.inc({ door: 'symbols' });
  return { stored: 'stored' };
}

/** `POST /api/v1/symbols/:buildId/unavailable`: the agent could not build the index. */
export async function receiveSymbolsUnavailable(deps: Deps, request: FastifyRequest, held: Held) {
  const buildId = buildIdOf(request);
  validated('BAD_SYMBOLS', unavailableSchema, readJson(await bodyOf(request, held)));
  deps.wanted.unavailable(buildId);
  return { noted: true };
}

/** `POST /api/v1/agents`: what an agent says of itself. */
export async function receiveAgentReport(deps: Deps, request: FastifyRequest, held: Held) {
  const report = validated('BAD_REPORT', reportSchema, readJson(await bodyOf(request, held)));
  await deps.storage.writeAgentReport(report as AgentReport);
  deps.metrics.stored.inc({ door: 'agents' });
  return { stored: 'stored' };
}

const bodyOf = (request: FastifyRequest, held: Held) => readBody(request.raw, request.headers, held);

async function store(deps: Deps, door: Door, batch: Batch, token: string) {
  const stop = deps.metrics.seconds.startTimer({ door });
  const outcome = await deps.storage.writeBatch(batch, token);
  stop();
  if (outcome === 'duplicate') deps.metrics.duplicates.inc({ door });
  else {
    deps.metrics.stored.inc({ door });
    deps.metrics.samples.inc({ door }, batch.samples.node.length);
  }
  return outcome;
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

/** A batch's identity is its content, so that a repeat is recognised whoever sends it. */
function tokenOf(body: Buffer, origin = ''): string {
  return createHash('sha256').update(origin).update('\0').update(body).digest('hex');
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

/** What the model refuses is the sender's mistake. */
function refusing<T>(code: CollectorErrorCode, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof ProfileError) throw new CollectorError(code, cause.message, { cause });
    throw cause;
  }
}
