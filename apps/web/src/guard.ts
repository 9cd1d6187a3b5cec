import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

const LOOPBACK_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Stands before everything else. Refuses names other than loopback's own (a foreign page may have its name lead to
 * 127.0.0.1) and changes asked for by other sites; adds the headers that keep pages to themselves. Says whether to go on.
 */
export function guard(request: IncomingMessage, response: ServerResponse): boolean {
  const name = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  if (!LOOPBACK_NAMES.has(name))
    return refuse(response, 421, 'FOREIGN_HOST', `Strata answers on loopback only: open it as 127.0.0.1 or localhost.`);
  const reads = request.method === 'GET' || request.method === 'HEAD';
  if (!reads && isForeign(request))
    return refuse(response, 403, 'FOREIGN_SITE', 'Another site may not change anything here.');

  const nonce = randomBytes(16).toString('base64');
  const policy = contentSecurityPolicy(nonce);
  // Next takes the nonce for its scripts from the request's policy.
  request.headers['content-security-policy'] = policy;
  response.setHeader('content-security-policy', policy);
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'same-origin');
  response.setHeader('cross-origin-resource-policy', 'same-origin');
  response.setHeader('cross-origin-opener-policy', 'same-origin');
  return true;
}

/** Whether a browser says that a page from elsewhere asks; programs that are no browser say nothing. */
function isForeign({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  return headers.origin !== undefined && headers.origin !== `http://${headers.host}`;
}

/** Scripts only from here and only with the nonce; styles also inline, since charts and panels place themselves by them. */
function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function refuse(response: ServerResponse, status: number, code: string, message: string): false {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: { code, message } }));
  return false;
}
