import { initTRPC, TRPCError } from '@trpc/server';
import { STATUS, toWebError } from './errors.ts';
import type { PartsHolder } from './parts.ts';

export interface Context {
  readonly holder: PartsHolder;
}

const t = initTRPC.context<Context>().create({
  errorFormatter({ shape, error }) {
    const own = toWebError(error.cause ?? error);
    return { ...shape, message: own.message, data: { ...shape.data, code: own.code, stack: undefined } };
  },
});

/** A question of the page: errors leave as one sentence with a code of ours. */
export const procedure = t.procedure.use(async ({ ctx, next }) => {
  const result = await next({ ctx: { parts: await ctx.holder.open().catch((error) => raise(error)) } });
  if (!result.ok) raise(result.error.cause ?? result.error);
  return result;
});

export const createRouter = t.router;

function raise(thrown: unknown): never {
  const error = toWebError(thrown);
  const status = STATUS[error.code];
  throw new TRPCError({
    code:
      status === 404
        ? 'NOT_FOUND'
        : status < 500
          ? 'BAD_REQUEST'
          : status === 503
            ? 'SERVICE_UNAVAILABLE'
            : 'INTERNAL_SERVER_ERROR',
    message: error.message,
    cause: error,
  });
}
