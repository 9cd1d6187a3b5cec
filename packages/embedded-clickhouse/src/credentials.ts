import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { clickhousePasswordFile } from '@strata/settings';
import { ClickHouseException } from './exceptions.ts';

/** The one user there is. */
export const USER = 'strata';

/** The password of this data folder, generated when there is none yet; only the owner may read its file. */
export function ensurePassword(dataFolder: string): string {
  const file = clickhousePasswordFile(dataFolder);
  if (!existsSync(file)) {
    const unfinished = `${file}.new`;
    writeFileSync(unfinished, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600, flush: true });
    renameSync(unfinished, file);
  }
  return readFileSync(file, 'utf8').trim();
}

/**
 * Throws ClickHouseException unless the request names the user and the password: in `X-ClickHouse-User` and
 * `X-ClickHouse-Key`, in `Authorization: Basic`, or in the parameters `user` and `password`, in this order.
 */
export function authenticate(request: IncomingMessage, parameters: URLSearchParams, password: string): void {
  const given = credentialsOf(request, parameters);
  if (!given) {
    throw ClickHouseException.of('REQUIRED_PASSWORD', 'Authentication failed: user and password are required');
  }
  const userFits = equal(given.user, USER);
  if (!equal(given.password, password) || !userFits) {
    throw ClickHouseException.of(
      'AUTHENTICATION_FAILED',
      `${given.user}: Authentication failed: password is incorrect, or there is no user with such name.`,
    );
  }
}

function credentialsOf(
  request: IncomingMessage,
  parameters: URLSearchParams,
): { user: string; password: string } | undefined {
  const { 'x-clickhouse-user': user, 'x-clickhouse-key': key, authorization } = request.headers;
  if (user !== undefined || key !== undefined) return { user: String(user ?? 'default'), password: String(key ?? '') };
  const basic = /^Basic\s+(\S+)$/i.exec(authorization ?? '')?.[1];
  if (basic !== undefined) {
    const pair = Buffer.from(basic, 'base64').toString();
    const colon = pair.indexOf(':');
    return colon < 0 ? { user: pair, password: '' } : { user: pair.slice(0, colon), password: pair.slice(colon + 1) };
  }
  if (parameters.has('user') || parameters.has('password')) {
    return { user: parameters.get('user') ?? 'default', password: parameters.get('password') ?? '' };
  }
  return undefined;
}

/** In a time that says nothing about where they differ, nor how long the right one is. */
function equal(given: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(right));
}
