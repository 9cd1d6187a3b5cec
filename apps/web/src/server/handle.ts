import type { Answer } from './answer-cache.ts';
import { encodeBody } from './encoding.ts';
import { errorResponse, toWebError } from './errors.ts';
import { logFailure } from './log.ts';

/** Runs a door's work; whatever it throws becomes one sentence with a code, and what is our fault goes into the log. */
export async function handle(request: Request, work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (thrown) {
    const error = toWebError(thrown);
    logFailure(error, `${request.method} ${new URL(request.url).pathname}`);
    return errorResponse(error);
  }
}

const COLUMNS_TYPE = 'application/vnd.strata.columns';

/** Columns to the browser: by hash, so that a reload of what has not changed costs no bytes. */
export async function columnsResponse(
  request: Request,
  answer: Pick<Answer, 'bytes' | 'etag' | 'settled'>,
): Promise<Response> {
  const caching = {
    etag: answer.etag,
    'cache-control': answer.settled ? 'private, max-age=60' : 'private, no-cache',
  };
  const known = request.headers.get('if-none-match')?.split(/\s*,\s*/);
  if (known?.some((tag) => tag.replace(/^W\//, '') === answer.etag))
    return new Response(null, { status: 304, headers: { ...caching, vary: 'accept-encoding' } });
  const { body, headers } = await encodeBody(answer.bytes, request.headers.get('accept-encoding'));
  return new Response(body, { headers: { ...caching, ...headers, 'content-type': COLUMNS_TYPE } });
}
