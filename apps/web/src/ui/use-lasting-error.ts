import { useRef } from 'react';

/**
 * A query's error until it has an answer. A query without data forgets its error as soon as it asks again, so that a page
 * that asks every few seconds would show its error and its skeleton by turns. `key` is what was asked for.
 */
export function useLastingError<E>(query: { readonly error: E | null; readonly data: unknown }, key: string): E | null {
  const last = useRef<{ readonly key: string; readonly error: E } | null>(null);
  if (query.error !== null) last.current = { key, error: query.error };
  else if (query.data !== undefined) last.current = null;
  return last.current?.key === key ? last.current.error : null;
}
