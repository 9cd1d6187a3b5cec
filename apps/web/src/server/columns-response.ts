import type { Answer } from './answer-cache.ts';
import { encodeBody } from './encoding.ts';

const COLUMNS_TYPE = 'application/vnd.strata.columns';

/** Columns to the browser: by hash, so that a reload of what has not changed costs no bytes. `forGood` says that they never will. */
export async function columnsResponse(
  request: Request,
  answer: Pick<Answer, 'bytes' | 'etag'>,
  { forGood = false, type = COLUMNS_TYPE } = {},
): Promise<Response> {
  const caching = {
    etag: answer.etag,
    vary: 'accept-encoding',
    // What is over may still get better names.
    'cache-control': forGood ? 'private, max-age=3600' : 'private, no-cache',
  };
  const known = request.headers.get('if-none-match')?.split(/\s*,\s*/);
  if (known?.some((tag) => tag.replace(/^W\//, '') === answer.etag))
    return new Response(null, { status: 304, headers: caching });
  const { body, encoding } = await encodeBody(answer.bytes, request.headers.get('accept-encoding'));
  return new Response(body, {
    headers: { ...caching, 'content-type': type, ...(encoding && { 'content-encoding': encoding }) },
  });
}
