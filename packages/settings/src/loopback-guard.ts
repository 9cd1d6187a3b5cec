import type { IncomingHttpHeaders } from 'node:http';

const LOOPBACK_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Why a request is not answered, with its HTTP status. */
export interface Refusal {
  readonly status: 403 | 421;
  readonly code: 'FOREIGN_HOST' | 'FOREIGN_SITE';
  readonly message: string;
}

/**
 * What keeps pages of other sites away from programs that listen on loopback without authentication: a foreign page may have
 * its own name lead to 127.0.0.1 (DNS rebinding), or send a form here. Refuses names other than loopback's own, and
 * changes asked for by other sites. `null`: go on.
 */
export function refusalOf(request: {
  readonly method?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}): Refusal | null {
  const name = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  if (!LOOPBACK_NAMES.has(name)) {
    const message = 'Strata answers on loopback only: open it as 127.0.0.1 or localhost.';
    return { status: 421, code: 'FOREIGN_HOST', message };
  }
  const reads = request.method === 'GET' || request.method === 'HEAD';
  if (reads || !isForeign(request.headers)) return null;
  return { status: 403, code: 'FOREIGN_SITE', message: 'Another site may not change anything here.' };
}

/** Whether a browser says that a page from elsewhere asks; programs that are no browser say nothing. */
function isForeign(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  return headers.origin !== undefined && headers.origin !== `http://${headers.host}`;
}
