import { createTRPCContext } from '@trpc/tanstack-react-query';
import type { AppRouter } from '../server/router.ts';

/** `useTRPC()` gives typed query options: `useQuery(trpc.services.list.queryOptions(…))`. */
export const { TRPCProvider, useTRPC } = createTRPCContext<AppRouter>();
