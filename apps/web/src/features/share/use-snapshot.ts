import { useQuery } from '@tanstack/react-query';
import { splitView } from '../../address/view.ts';
import { useTRPC } from '../../ui/trpc.ts';

/** A snapshot without its columns, and what its page was. */
export interface SharedView {
  readonly title: string;
  readonly kind: 'flame' | 'compare';
  readonly service: string;
  /** The page as it was, with absolute times. */
  readonly view: string;
  readonly search: URLSearchParams;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** Reads what a snapshot is of. */
export function useSnapshot(id: string) {
  const trpc = useTRPC();
  const { data, error, refetch } = useQuery(
    trpc.snapshots.get.queryOptions(id, { staleTime: Number.POSITIVE_INFINITY }),
  );
  return { shared: data === undefined ? null : readView(data), error, refetch };
}

function readView(data: Pick<SharedView, 'title' | 'view' | 'createdAt' | 'expiresAt'>): SharedView {
  const [path, query] = splitView(data.view);
  const [, , service = '', page] = path.split('/');
  return {
    ...data,
    kind: page === 'compare' ? 'compare' : 'flame',
    service: decodeURIComponent(service),
    search: new URLSearchParams(query),
  };
}
