import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { FetchError, readError } from '../../ui/flame-frame/use-columns.ts';
import { reachServer } from '../../ui/reach-server.ts';

/** One line of a function: its number, and what it is worth in the profile's unit. */
export interface Line {
  readonly line: number;
  readonly self: number;
  readonly total: number;
}

/** Some lines of a file. */
export interface SourceText {
  /** Where the text is from. */
  readonly path: string;
  readonly first: number;
  readonly lines: readonly string[];
  /** How many lines the file has. */
  readonly count: number;
}

/** Lines around those with weight that are shown too. */
const AROUND = 6;

async function fetchJson<T>(url: string, signal: AbortSignal): Promise<T> {
  const response = await reachServer(url, { signal }).catch((cause: Error) => {
    if (signal.aborted) throw cause;
    throw new FetchError('UNREACHABLE', cause.message, 0, { cause });
  });
  if (!response.ok) throw await readError(response);
  return (await response.json()) as T;
}

const retry = (failures: number, error: FetchError) => failures < 2 && (error.status === 0 || error.status >= 503);

/** Lines of a function, and the files that have code of them. */
export interface Lines {
  readonly lines: readonly Line[];
  readonly builds: readonly string[];
}

/** What the lines of a function are worth. `query` names the selection and the function. */
export function useLines(query: URLSearchParams, refetchInterval: number | false) {
  return useQuery<Lines, FetchError>({
    queryKey: ['lines', query.toString()],
    refetchInterval,
    retry,
    queryFn: async ({ signal }) => {
      const answer = await fetchJson<{ lines: [number, number, number][]; builds: string[] }>(
        `/api/v1/lines?${query}`,
        signal,
      );
      return {
        lines: answer.lines.map(([line, self, total]) => ({ line, self, total })),
        builds: answer.builds,
      };
    },
  });
}

/** The text around lines of a file. */
export function useText(file: string, version: string, { lines, builds }: Partial<Lines> = {}) {
  const from = Math.max(1, (lines?.[0]?.line ?? 1) - AROUND);
  const to = (lines?.at(-1)?.line ?? 1) + AROUND;
  const query = new URLSearchParams({ file, from: String(from), to: String(to), ...(version && { version }) });
  for (const build of builds ?? []) query.append('build', build);
  return useQuery<SourceText, FetchError>({
    queryKey: ['source', query.toString()],
    enabled: file !== '' && lines !== undefined && lines.length > 0,
    staleTime: 30_000,
    retry,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => fetchJson(`/api/v1/source?${query}`, signal),
  });
}
