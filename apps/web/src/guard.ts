import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { refusalOf } from '@strata/settings';

/**
 * Stands before everything else: refuses what comes from other sites, and adds the headers that keep pages to themselves.
 * Says whether to go on.
 */
export function guard(request: IncomingMessage, response: ServerResponse): boolean {
  const refusal = refusalOf(request);
  if (refusal) return refuse(response, refusal.status, refusal.code, refusal.message);
  if (!isAddress(request.url ?? '/')) return refuse(response, 400, 'NOT_AN_ADDRESS', 'This is no address.');

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

/** Next answers an address whose percent signs mean nothing as if the mistake were ours. */
function isAddress(url: string): boolean {
  try {
    decodeURIComponent(url.split('?')[0]!);
    return true;
  } catch {
    return false;
  }
}

function refuse(response: ServerResponse, status: number, code: string, message: string): false {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: { code, message } }));
  return false;
}
