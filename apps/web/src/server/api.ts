import type { IncomingMessage, ServerResponse } from 'node:http';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { answerDiff, answerFlame } from './columns-answer.ts';
import { columnsResponse } from './columns-response.ts';
import { isDebugFileDoor, takeDebugFile } from './debug-files/debug-file-door.ts';
import { readSides } from './diff-selection.ts';
import { errorResponse, STATUS, toWebError, WebError } from './errors.ts';
import { exportProfile } from './export-profile.ts';
import { answerLines, FUNCTION_PARAMETERS, readFunction } from './lines-answer.ts';
import { NAMING_PARAMETERS, readNaming } from './naming-parameters.ts';
import { toRequest, writeResponse } from './node-http.ts';
import type { PartsHolder } from './parts.ts';
import { fromTrpc } from './procedure.ts';
import { appRouter } from './router.ts';
import { onlyOne, parameterMap, readSelection } from './selection.ts';
import { createSnapshot, readSnapshot, readSnapshotRequest } from './snapshots.ts';
import { readSource } from './source/source-door.ts';

/** A door: the part of its path that the pattern catches, and the request. */
type Door = (request: Request, holder: PartsHolder, caught: string) => Promise<Response>;

const DOORS: readonly { readonly method: string; readonly path: RegExp; readonly door: Door }[] = [
  { method: 'GET', path: /^\/healthz$/, door: health },
  { method: 'GET', path: /^\/api\/v1\/flame$/, door: flame },
  { method: 'GET', path: /^\/api\/v1\/diff$/, door: diff },
  { method: 'GET', path: /^\/api\/v1\/lines$/, door: lines },
  { method: 'GET', path: /^\/api\/v1\/source$/, door: source },
  { method: 'GET', path: /^\/api\/v1\/export$/, door: exporting },
  { method: 'POST', path: /^\/api\/v1\/snapshots$/, door: keep },
  { method: 'GET', path: /^\/api\/v1\/snapshots\/([^/]+)$/, door: kept },
];

/**
 * Everything that is no page: `/api/…` and `/healthz`, beside Next and not through it, because route handlers of Next may
 * not choose a body's encoding, and because so it runs as it is written. Says whether the request was one of these.
 */
export function answerApi(holder: PartsHolder, request: IncomingMessage, response: ServerResponse): boolean {
  // Not relative to it: an address that begins with two slashes would be another host's. Next answers what is none.
  const path = URL.parse(`http://localhost${request.url ?? '/'}`)?.pathname ?? '';
  if (path !== '/healthz' && !path.startsWith('/api/')) return false;
  void (isDebugFileDoor(path) ? takeDebugFile : serve)(holder, request, response, path);
  return true;
}

async function serve(holder: PartsHolder, from: IncomingMessage, to: ServerResponse, path: string): Promise<void> {
  const note = (thrown: unknown) => {
    const error = toWebError(thrown);
    if (STATUS[error.code] >= 500 && error.code !== 'CANCELLED')
      holder.logger.error({ code: error.code, err: error.cause ?? error }, `${from.method} ${path}: ${error.message}`);
    return error;
  };
  try {
    const request = await toRequest(from, to);
    const response = path.startsWith('/api/trpc/')
      ? await fetchRequestHandler({
          endpoint: '/api/trpc',
          req: request,
          router: appRouter,
          createContext: () => ({ holder }),
          onError: ({ error }) => void note(fromTrpc(error)),
        })
      : await open(request, holder, path);
    await writeResponse(response, to);
  } catch (thrown) {
    if (to.headersSent) to.destroy();
    else await writeResponse(errorResponse(note(thrown)), to);
  }
}

function open(request: Request, holder: PartsHolder, path: string): Promise<Response> {
  const fitting = DOORS.filter((candidate) => candidate.path.test(path));
  if (fitting.length === 0) throw new WebError('UNKNOWN_ADDRESS', `Nothing answers at ${path.slice(0, 200)}.`);
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const found = fitting.find((candidate) => candidate.method === method);
  if (found === undefined)
    throw new WebError(
      'WRONG_METHOD',
      `${path} answers ${fitting.map((door) => door.method).join(', ')}, not ${request.method}.`,
    );
  return found.door(request, holder, found.path.exec(path)![1] ?? '');
}

const parametersOf = (request: Request) => parameterMap(new URL(request.url).searchParams);
const nowSeconds = () => Date.now() / 1000;

/** 200 when questions can be answered, else 503 with the reason; it never waits for ClickHouse to come up. */
async function health(_: Request, holder: PartsHolder): Promise<Response> {
  const unavailable = (reason: string) => Response.json({ status: 'unavailable', reason }, { status: 503 });
  const opening = holder.open();
  if (holder.missing !== null) {
    opening.catch(() => {});
    return unavailable(holder.missing);
  }
  try {
    await (await opening).storage.ping();
    return Response.json({ status: 'ok' });
  } catch (error) {
    return unavailable(toWebError(error).message);
  }
}

/** The call tree of a selection; `inv=1` turns it round, `group` and `names` say what frames merge by and how they read. */
async function flame(request: Request, holder: PartsHolder): Promise<Response> {
  const parameters = parametersOf(request);
  const selection = readSelection(parameters, nowSeconds(), ['inv', ...NAMING_PARAMETERS]);
  const inverted = onlyOne('inv', parameters.get('inv') ?? ['0']) === '1';
  const naming = readNaming(parameters);
  return columnsResponse(request, await answerFlame(await holder.open(), selection, naming, inverted));
}

/** Two selections on one tree: `service=…&from.a=…&to.a=…&version.a=…&from.b=…`. */
async function diff(request: Request, holder: PartsHolder): Promise<Response> {
  const parameters = parametersOf(request);
  const { a, b } = readSides(parameters, nowSeconds(), NAMING_PARAMETERS);
  return columnsResponse(request, await answerDiff(await holder.open(), a, b, readNaming(parameters)));
}

/** What each line of a function is worth: a selection, and `function`, `file` and `binary` as the flame graph has them. */
async function lines(request: Request, holder: PartsHolder): Promise<Response> {
  const parameters = parametersOf(request);
  const selection = readSelection(parameters, nowSeconds(), [...NAMING_PARAMETERS, ...FUNCTION_PARAMETERS]);
  const answer = await answerLines(await holder.open(), selection, readNaming(parameters), readFunction(parameters));
  return columnsResponse(request, answer, { type: 'application/json' });
}

/** Lines of a source file, from where Strata was told that sources are. */
async function source(request: Request, holder: PartsHolder): Promise<Response> {
  const excerpt = await readSource((await holder.open()).sources, parametersOf(request));
  return Response.json(excerpt, { headers: { 'cache-control': 'private, max-age=30' } });
}

/** A selection as pprof, folded stacks or JSON. */
async function exporting(request: Request, holder: PartsHolder): Promise<Response> {
  return exportProfile(holder, parametersOf(request), request.signal);
}

/** Keeps what a page shows: `{ "view": "/s/NAME/flame?…", "title": "…" }` → its id, address and expiry. */
async function keep(request: Request, holder: PartsHolder): Promise<Response> {
  const wanted = readSnapshotRequest(await request.text());
  const snapshot = await createSnapshot(await holder.open(), wanted);
  return Response.json({ ...snapshot, url: `/share/${snapshot.id}` }, { status: 201 });
}

/** The columns a snapshot keeps; they never change. */
async function kept(request: Request, holder: PartsHolder, id: string): Promise<Response> {
  const snapshot = await readSnapshot(await holder.open(), id);
  const bytes = snapshot.columns as Uint8Array<ArrayBuffer>;
  return columnsResponse(request, { bytes, etag: `"${snapshot.id}"` }, { forGood: true });
}
