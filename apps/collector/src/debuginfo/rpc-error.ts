import { Code, ConnectError } from '@connectrpc/connect';
import { CODE_HEADER, DebugFileError, type DebugFileErrorCode } from '@strata/debug-files';

const STATUS: Readonly<Record<DebugFileErrorCode, Code>> = {
  INVALID_BUILD_ID: Code.InvalidArgument,
  WRONG_BUILD_ID: Code.InvalidArgument,
  ALREADY_THERE: Code.AlreadyExists,
  TOO_LARGE: Code.InvalidArgument,
  INVALID_REQUEST: Code.InvalidArgument,
  INCOMPLETE: Code.FailedPrecondition,
  WRONG_HASH: Code.DataLoss,
  UNKNOWN_UPLOAD: Code.NotFound,
  NOT_ELF: Code.InvalidArgument,
  MALFORMED_ELF: Code.InvalidArgument,
  NO_SYMBOLS: Code.InvalidArgument,
  STORE_UNAVAILABLE: Code.Unavailable,
};

/** Why a call was refused, for its answer and for /metrics. */
export function toRpcError(error: unknown): { readonly code: string; readonly answer: ConnectError } {
  if (error instanceof ConnectError) return { code: Code[error.code], answer: error };
  if (!(error instanceof DebugFileError)) {
    const message = `The collector made a mistake: ${(error as Error).message}.`;
    return { code: 'INTERNAL', answer: new ConnectError(message, Code.Internal, undefined, undefined, error) };
  }
  const answer = new ConnectError(error.message, STATUS[error.code], { [CODE_HEADER]: error.code }, undefined, error);
  return { code: error.code, answer };
}
