import type { IncomingMessage, ServerResponse } from 'node:http';
import { DebugFileError, type DebugFileErrorCode, OWN_BUILD_ID } from '@strata/debug-files';
import type { PartsHolder } from '../parts.ts';

const BASE = '/api/v1/debug-files';
const STATUS: Readonly<Record<DebugFileErrorCode, number>> = {
  INVALID_BUILD_ID: 400,
  WRONG_BUILD_ID: 422,
  ALREADY_THERE: 409,
  TOO_LARGE: 413,
  INVALID_REQUEST: 400,
  INCOMPLETE: 409,
  WRONG_HASH: 422,
  UNKNOWN_UPLOAD: 404,
  NOT_ELF: 422,
  MALFORMED_ELF: 422,
  NO_SYMBOLS: 422,
  STORE_UNAVAILABLE: 503,
};

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

export const isDebugFileDoor = (path: string) => path === BASE || path.startsWith(`${BASE}/`);

/**
 * Takes debug files from a page or from curl, as streams:
 * - `PUT  /api/v1/debug-files?buildId=` with the whole file → `{ buildId, kind, bytes }`
 * - `POST /api/v1/debug-files?size=&buildId=&hash=` → `{ upload, offset }`, where an interrupted one of the same hash goes on
 * - `PUT  /api/v1/debug-files/UPLOAD?offset=` with a piece → `{ offset }`
 * - `POST /api/v1/debug-files/UPLOAD/finish?buildId=` → `{ buildId, kind, bytes }`
 *
 * `buildId` may be left out: then the file is kept as what it is. `hash` is SHA-256 in hex, or left out. `force=1` replaces one of
 * the same kind. A refusal is `{ error: { code, message } }`, with a code of DebugFileError.
 */
export async function takeDebugFile(
  holder: PartsHolder,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  const reply = await answer(holder, request, path).catch((error: unknown) => refusal(holder, error));
  // What is left of a refused body is read, or its sender would not hear why.
  request.resume();
  if (response.destroyed) return;
  response.writeHead(reply.status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(reply.body));
}

async function answer({ debugFiles }: PartsHolder, request: IncomingMessage, path: string): Promise<Reply> {
  const parameters = new URL(request.url ?? '/', 'http://localhost').searchParams;
  const buildId = parameters.get('buildId') || OWN_BUILD_ID;
  const begin = (bytes: number) =>
    debugFiles.begin(
      { buildId, bytes, hash: parameters.get('hash') ?? '', force: parameters.get('force') === '1' },
      null,
    );
  const finish = async (uploadId: string): Promise<Reply> => {
    const { bytes, buildId: own, kind } = await debugFiles.finish(buildId, uploadId, 'upload');
    return { status: 201, body: { buildId: own, kind, bytes } };
  };
  const [uploadId, action] = path.slice(BASE.length + 1).split('/');
  const asked = `${request.method} ${uploadId ? `UPLOAD${action === undefined ? '' : `/${action}`}` : ''}`;
  switch (asked) {
    case 'PUT ': {
      const begun = await begin(wholeNumber('content-length', request.headers['content-length'] ?? null));
      await debugFiles.write(begun.uploadId, 0, request);
      return finish(begun.uploadId);
    }
    case 'POST ': {
      const begun = await begin(wholeNumber('size', parameters.get('size')));
      return { status: 200, body: { upload: begun.uploadId, offset: begun.offset } };
    }
    case 'PUT UPLOAD': {
      const offset = wholeNumber('offset', parameters.get('offset') ?? '0');
      return { status: 200, body: { offset: await debugFiles.write(uploadId!, offset, request) } };
    }
    case 'POST UPLOAD/finish':
      return finish(uploadId!);
    default:
      throw new DebugFileError('INVALID_REQUEST', `${path.slice(0, 200)} does not answer ${request.method}.`);
  }
}

function wholeNumber(name: string, text: string | null): number {
  if (text !== null && /^\d{1,15}$/.test(text)) return Number(text);
  throw new DebugFileError('INVALID_REQUEST', `The ${name} must be a number of bytes.`);
}

function refusal({ logger }: PartsHolder, error: unknown): Reply {
  if (error instanceof DebugFileError) {
    return { status: STATUS[error.code], body: { error: { code: error.code, message: error.message } } };
  }
  logger.error({ err: error }, 'a debug file could not be taken');
  const message = 'The web server failed at this request; its log says why.';
  return { status: 500, body: { error: { code: 'INTERNAL', message } } };
}
