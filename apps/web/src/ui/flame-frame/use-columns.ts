import { keepPreviousData, type QueryClient, useQuery } from '@tanstack/react-query';
import { NO_ANSWER, reachServer } from '../reach-server.ts';
import { useLastingError } from '../use-lasting-error.ts';

/** Why a profile did not come: the server's code and sentence. */
export class FetchError extends Error {
  override readonly name = 'FetchError';
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status: number, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = status;
  }
}

/** What was fetched, and how it came. */
export interface Fetched<T> {
  readonly value: T;
  /** Bytes on the wire. */
  readonly bytes: number;
  readonly ms: number;
  /** Names exactly these bytes to the server; `null` where it gave no name. */
  readonly etag: string | null;
}

export interface ColumnsQuery<T> {
  /** Address of the columns. */
  readonly url: string;
  /** Reads the bytes; called once per answer. */
  readonly decode: (bytes: Uint8Array) => T;
  /** Milliseconds, or what they are after an answer. */
  readonly refetchInterval: number | false | ((last: T | undefined) => number | false);
  /** Off while it is not settled what to ask for. */
  readonly enabled?: boolean;
}

/** Fetches columns and decodes them; the last picture stays until the next one is there, also when a refetch fails. */
export function useColumns<T>({ url, decode, refetchInterval, enabled = true }: ColumnsQuery<T>) {
  const query = useQuery<Fetched<T>, FetchError>({
    queryKey: ['columns', url],
    refetchInterval: ({ state }) =>
      typeof refetchInterval === 'function' ? refetchInterval(state.data?.value) : refetchInterval,
    enabled,
    placeholderData: keepPreviousData,
    // Typed arrays cannot be shared part by part.
    structuralSharing: false,
    gcTime: 60_000,
    queryFn: async ({ signal, client }) => {
      const started = performance.now();
      const response = await reachServer(url, { signal }).catch((cause: Error) => {
        if (signal.aborted) throw cause;
        throw new FetchError(cause.message === NO_ANSWER ? 'NO_ANSWER' : 'UNREACHABLE', cause.message, 0, { cause });
      });
      if (!response.ok) throw await readError(response);
      const etag = response.headers.get('etag');
      const known = client.getQueryData<Fetched<T>>(['columns', url]);
      if (etag !== null && known?.etag === etag) return known;
      const body = new Uint8Array(await response.arrayBuffer());
      const ms = performance.now() - started;
      const timing = performance.getEntriesByName(response.url).at(-1) as PerformanceResourceTiming | undefined;
      return {
        value: decode(body),
        bytes: timing?.encodedBodySize || body.byteLength,
        ms,
        etag,
      };
    },
    retry: (failures, error) =>
      failures < 2 && error.code !== 'NO_ANSWER' && (error.status === 0 || error.status >= 500),
  });
  const { data, isPlaceholderData, refetch } = query;
  const error = useLastingError(query, url);
  return { data, error, isPending: query.isPending && error === null, isPlaceholderData, refetch };
}

/** The server’s own words for an answer that is none. */
export async function readError(response: Response): Promise<FetchError> {
  const body: unknown = await response.json().catch(() => null);
  const error = (body as { error?: { code?: string; message?: string } } | null)?.error;
  const fallback = `The web server answered with status ${response.status}.`;
  return new FetchError(error?.code ?? 'UNKNOWN', error?.message ?? fallback, response.status);
}

/** The name of the columns now on screen, so that exactly they can be kept. */
export function etagOnScreen(client: QueryClient): string | null {
  const shown = client
    .getQueryCache()
    .findAll({ queryKey: ['columns'], type: 'active' })
    .at(-1);
  return (shown?.state.data as Fetched<unknown> | undefined)?.etag ?? null;
}
