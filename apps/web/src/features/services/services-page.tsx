'use client';

import { useQuery } from '@tanstack/react-query';
import { useRange } from '../../ui/selection-state.ts';
import { useTRPC } from '../../ui/trpc.ts';

export function ServicesPage() {
  const trpc = useTRPC();
  const { text, refetchInterval } = useRange();
  const { data } = useQuery(trpc.services.list.queryOptions(text, { refetchInterval }));
  return <p>{data?.services.length}</p>;
}
