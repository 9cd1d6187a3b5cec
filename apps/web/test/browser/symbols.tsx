import { parseBuildId } from '@strata/profile';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createTRPCClient, type TRPCLink } from '@trpc/client';
import { observable } from '@trpc/server/observable';
import { NuqsAdapter } from 'nuqs/adapters/react';
import { createRoot } from 'react-dom/client';
import type { MissingFile } from '../../src/features/symbols/missing-file.ts';
import { SymbolsPage } from '../../src/features/symbols/symbols-page.tsx';
import type { AppRouter } from '../../src/server/router.ts';
import { TRPCProvider } from '../../src/ui/trpc.ts';

const LONG = `go:${'0123456789abcdef'.repeat(4)}`;

/** As many files as a host has; the second has a build ID that no phone has room for. */
const files: MissingFile[] = Array.from({ length: 43 }, (_, i) => ({
  path: `/opt/vendor/releases/2041/lib/x86_64/libengine-${i}.so`,
  buildId: parseBuildId(i === 1 ? LONG : `gnu:${`${i}`.padStart(40, 'a1b2c3d4')}`),
  state: 'missing',
  reason: 'No debug information was found.',
  samples: 1000 - i,
  addresses: 50,
  unnamed: 20,
  unreadable: '',
  arrivedAt: null,
  services: [],
  searches: [],
}));

const link: TRPCLink<AppRouter> = () => () =>
  observable((observer) => {
    observer.next({ result: { data: { files, samples: 10_000 } } });
    observer.complete();
  });

const queries = new QueryClient();
createRoot(document.getElementById('root')!).render(
  <NuqsAdapter>
    <QueryClientProvider client={queries}>
      <TRPCProvider trpcClient={createTRPCClient<AppRouter>({ links: [link] })} queryClient={queries}>
        <main>
          <SymbolsPage />
        </main>
      </TRPCProvider>
    </QueryClientProvider>
  </NuqsAdapter>,
);
