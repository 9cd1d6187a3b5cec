import { StorageError } from '@strata/storage';

/** Why a request was refused, with the HTTP status that says so. The list is closed; each is a label in /metrics. */
export const COLLECTOR_STATUS = {
  MISSING_SERVICE: 400,
  UNKNOWN_PARAMETER: 400,
  BAD_PARAMETER: 400,
  BAD_ENCODING: 400,
  BAD_JSON: 400,
  INCOMPLETE: 400,
  BAD_BATCH: 400,
  BAD_PROFILE: 400,
  BAD_REPORT: 400,
  BAD_BUILD_ID: 400,
  BAD_SYMBOLS: 400,
  FOREIGN_SITE: 403,
  NOT_FOUND: 404,
  UNIT_CONFLICT: 409,
  TOO_LARGE: 413,
  UNPACKED_TOO_LARGE: 413,
  UNKNOWN_ENCODING: 415,
  FOREIGN_HOST: 421,
  BUSY: 429,
  INTERNAL: 500,
  STORAGE_UNAVAILABLE: 503,
  SYMBOLS_UNAVAILABLE: 503,
} as const;

export type CollectorErrorCode = keyof typeof COLLECTOR_STATUS;

/** Answered as `{ error: { code, message } }`; the message is one sentence for the sender. */
export class CollectorError extends Error {
  override readonly name = 'CollectorError';
  readonly code: CollectorErrorCode;

  constructor(code: CollectorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  get status(): number {
    return COLLECTOR_STATUS[this.code];
  }
}

/** Errors of the boundaries below become the collector's own; anything else is our mistake, and says so. */
export function asCollectorError(error: unknown): CollectorError {
  if (error instanceof CollectorError) return error;
  const { message } = error as Error;
  if (!(error instanceof StorageError))
    return new CollectorError('INTERNAL', `The collector made a mistake: ${message}.`, { cause: error });
  // A sender repeats what is answered with 5xx, so what will never be stored must not be.
  if (error.code === 'UNIT_CONFLICT') return new CollectorError('UNIT_CONFLICT', message, { cause: error });
  if (error.code === 'INVALID_BATCH') return new CollectorError('BAD_BATCH', message, { cause: error });
  return new CollectorError('STORAGE_UNAVAILABLE', message, { cause: error });
}
