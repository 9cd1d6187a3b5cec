'use client';

import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createTRPCClient, httpBatchStreamLink } from '@trpc/client';
import { NuqsAdapter } from 'nuqs/adapters/next/app';
import { type ReactNode, useState } from 'react';
import type { AppRouter } from '../server/router.ts';
import { NO_ANSWER, reachServer } from './reach-server.ts';
import { TRPCProvider } from './trpc.ts';

const makeQueryClient = () =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        // Without a network a question fails, and the page says so, instead of waiting in silence.
        networkMode: 'always',
        retry: (failures, error) => failures < 2 && !isRefusal(error) && error.message !== NO_ANSWER,
        refetchIntervalInBackground: false,
      },
      mutations: { networkMode: 'always' },
    },
  });

/** The server understood and said no: asking again changes nothing. */
function isRefusal(error: unknown): boolean {
  const status = (error as { data?: { httpStatus?: number } | null }).data?.httpStatus;
  return status !== undefined && status >= 400 && status < 500;
}

/** Everything pages need around them: the address state, the cache of answers and the typed client. */
export function Providers({ children }: { readonly children: ReactNode }) {
  const [queryClient] = useState(makeQueryClient);
  const [trpcClient] = useState(() =>
    createTRPCClient<AppRouter>({
      links: [httpBatchStreamLink({ url: '/api/trpc', fetch: (url, init) => reachServer(url, init as RequestInit) })],
    }),
  );
  return (
    <NuqsAdapter>
      <QueryClientProvider client={queryClient}>
        <TRPCProvider trpcClient={trpcClient} queryClient={queryClient}>
          {children}
        </TRPCProvider>
      </QueryClientProvider>
    </NuqsAdapter>
  );
}
