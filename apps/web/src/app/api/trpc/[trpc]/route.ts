import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { toWebError } from '../../../../server/errors.ts';
import { logFailure } from '../../../../server/log.ts';
import { appRouter } from '../../../../server/router.ts';

const handle = (request: Request) =>
  fetchRequestHandler({
    endpoint: '/api/trpc',
    req: request,
    router: appRouter,
    createContext: () => ({}),
    onError: ({ error, path }) => logFailure(toWebError(error.cause ?? error), `trpc ${path}`),
  });

export { handle as GET, handle as POST };
