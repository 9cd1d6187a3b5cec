import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createTRPCClient, TRPCClientError, type TRPCLink } from '@trpc/client';
import { observable } from '@trpc/server/observable';
import { createRoot } from 'react-dom/client';
import { AgentsPage } from '../../src/features/agents/agents-page.tsx';
import type { AppRouter } from '../../src/server/router.ts';
import { TRPCProvider } from '../../src/ui/trpc.ts';

const now = 1_800_000_000;
const agent = (host: string) => ({
  agent: `${host}:7403`,
  host,
  agentVersion: '0.1.0',
  kernel: '6.12.57+deb13-amd64',
  time: now - 4,
  startedAt: now - 7_200,
  state: 'sampling',
  reason: '',
  frequencyHz: 99,
  counters: {
    ...{ events: 1_425_600, kept: 912_480, idle: 513_000, 'dropped.MISSED': 120 },
    ...{ 'outcome.COMPLETE': 906_010, 'outcome.NO_TABLE': 430, 'outcome.NO_FRAME_POINTER': 5_000 },
    ...{ 'outcome.EXITING': 940, 'outcome.KERNEL_ONLY': 100 },
    ...{ 'kernel.bytes': 49_932_208, 'kernel.bytes_most': 134_217_728 },
    ...{ 'tables.built': 25, 'tables.failed': 1, 'tables.evicted': 3, 'tables.cache_failures': 0 },
    ...{ processes: 212, 'push.stored': 720 },
  },
});

const table = { rows: 451_133, rules: 203, bytes: 1_815_040, buildMs: 107.97, failure: '' };
const none = { rows: 0, rules: 0, bytes: 0, buildMs: 0.4, failure: 'The file is no ELF file of this machine.' };
const stacks = {
  executables: [
    { path: '/usr/bin/node', outcomes: { COMPLETE: 99_970, NO_TABLE: 20, TRUNCATED: 10, EXITING: 40 }, table },
    {
      path: '/opt/vendor/lib/engine-with-a-very-long-name-2.41.0-x86_64',
      outcomes: { NO_FRAME_POINTER: 5_000, COMPLETE: 400 },
      table: none,
    },
    { path: '[kernel]', outcomes: { KERNEL_ONLY: 1_204 }, table: null },
    { path: '/usr/bin/dash', outcomes: { EXITING: 12 }, table: null },
    ...Array.from({ length: 20 }, (_, i) => ({
      path: `/usr/lib/git-core/tool-${i}`,
      outcomes: { COMPLETE: 40 - i },
      table,
    })),
  ],
  others: { COMPLETE: 300 },
  tables: [
    { path: '/opt/vendor/lib/engine-with-a-very-long-name-2.41.0-x86_64', ...none },
    { path: '/usr/lib/libchdb.so', rows: 5_743_408, rules: 2_791, bytes: 23_069_184, buildMs: 1_131.1, failure: '' },
    { path: '/usr/bin/node', ...table },
  ],
};

/** `?two`: two agents; `?nothing`, `?untold`, `?waiting`, `?broken`: what becomes of the question for stacks. */
const answers: Readonly<Record<string, (path: string) => unknown>> = {
  'agents.list': () => ({
    now,
    agents: location.search === '?two' ? [agent('node-1'), agent('node-2')] : [agent('node-1')],
  }),
  'agents.stacks': () => {
    if (location.search === '?untold') return null;
    return location.search === '?nothing' ? { executables: [], others: {}, tables: [] } : stacks;
  },
};
const link: TRPCLink<AppRouter> =
  () =>
  ({ op }) =>
    observable((observer) => {
      const isStacks = op.path === 'agents.stacks';
      if (isStacks) document.body.dataset.asked = String(op.input);
      if (isStacks && location.search === '?waiting') return;
      if (isStacks && location.search === '?broken') {
        observer.error(new TRPCClientError('ClickHouse does not answer.'));
        return;
      }
      observer.next({ result: { data: answers[op.path]!(op.path) } });
      observer.complete();
    });

const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
createRoot(document.getElementById('root')!).render(
  <QueryClientProvider client={queries}>
    <TRPCProvider trpcClient={createTRPCClient<AppRouter>({ links: [link] })} queryClient={queries}>
      <main>
        <AgentsPage />
      </main>
    </TRPCProvider>
  </QueryClientProvider>,
);
