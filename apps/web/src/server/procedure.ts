import { initTRPC, TRPCError } from '@trpc/server';
import { z } from 'zod';
import { STATUS, toWebError, WebError } from './errors.ts';
import type { PartsHolder } from './parts.ts';

export interface Context {
  readonly holder: PartsHolder;
}

const t = initTRPC.context<Context>().create({
  errorFormatter({ shape, error }) {
    const own = fromTrpc(error);
    return { ...shape, message: own.message, data: { ...shape.data, code: own.code, stack: undefined } };
  },
});

/** A question of the page: errors leave as one sentence with a code of ours. */
export const procedure = t.procedure.use(async ({ ctx, next }) => {
  const result = await next({ ctx: { parts: await ctx.holder.open().catch((error) => raise(error)) } });
  if (!result.ok) raise(fromTrpc(result.error));
  return result;
});

export const createRouter = t.router;

/** What tRPC reports, as an error of ours. What it refuses by itself is the asker's doing, and no failure to log. */
export function fromTrpc(error: TRPCError): WebError {
  const options = { cause: error };
  if (error.cause instanceof WebError) return error.cause;
  if (error.code === 'NOT_FOUND') return new WebError('UNKNOWN_ADDRESS', 'No question has this name.', options);
  if (error.code === 'METHOD_NOT_SUPPORTED')
    return new WebError('WRONG_METHOD', 'Questions are asked with GET, and changes made with POST.', options);
  if (error.code === 'PARSE_ERROR' || (error.code === 'BAD_REQUEST' && !(error.cause instanceof z.ZodError)))
    return new WebError('INVALID_PARAMETER', 'The input cannot be read: it must be JSON.', options);
  if (error.code === 'BAD_REQUEST' && error.cause instanceof z.ZodError) {
    const { path, message } = error.cause.issues[0]!;
    const where = path.length > 0 ? `${path.join('.')} ` : '';
    return new WebError('INVALID_PARAMETER', `The input ${where}cannot be used: ${message}.`, options);
  }
  return toWebError(error.cause ?? error);
}

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
