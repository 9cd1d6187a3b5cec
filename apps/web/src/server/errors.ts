import { StorageError } from '@strata/storage';

/** Every code the web server answers with, and its HTTP status. */
export const STATUS = {
  INVALID_PARAMETER: 400,
  UNKNOWN_PARAMETER: 400,
  UNKNOWN_TYPE: 400,
  UNKNOWN_LABEL: 400,
  UNKNOWN_VERSION: 400,
  UNKNOWN_FORMAT: 400,
  INVALID_BODY: 400,
  UNKNOWN_SERVICE: 404,
  UNKNOWN_FUNCTION: 404,
  NO_SOURCES: 404,
  SOURCE_NOT_FOUND: 404,
  SNAPSHOT_NOT_FOUND: 404,
  NO_SAMPLES: 404,
  UNKNOWN_ADDRESS: 404,
  WRONG_METHOD: 405,
  BODY_TOO_LARGE: 413,
  SOURCE_TOO_LARGE: 413,
  CANCELLED: 499,
  INTERNAL: 500,
  SOURCE_UNAVAILABLE: 502,
  STORAGE_UNAVAILABLE: 503,
  STORAGE_TIMEOUT: 504,
} as const;

export type WebErrorCode = keyof typeof STATUS;

/** What the web server refuses or fails with; the message is one sentence that says what, where and what to do. */
export class WebError extends Error {
  override readonly name = 'WebError';
  readonly code: WebErrorCode;

  constructor(code: WebErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Turns whatever was thrown into an error of ours; what nobody foresaw becomes INTERNAL and keeps its cause for the log. */
export function toWebError(thrown: unknown): WebError {
  if (thrown instanceof WebError) return thrown;
  const options = { cause: thrown };
  if (thrown instanceof StorageError) {
    if (thrown.code === 'CANCELLED') return new WebError('CANCELLED', thrown.message, options);
    if (thrown.code === 'TIMEOUT')
      return new WebError('STORAGE_TIMEOUT', `${thrown.message} Ask for a shorter range or fewer labels.`, options);
    return new WebError('STORAGE_UNAVAILABLE', thrown.message, options);
  }
  if (thrown instanceof Error && thrown.name === 'AbortError')
    return new WebError('CANCELLED', 'The request ended before its answer.', options);
  return new WebError('INTERNAL', 'The web server failed at this request; its log says why.', options);
}

/** `{ "error": { "code", "message" } }` with the code's status. */
export function errorResponse(error: WebError): Response {
  return Response.json(
    { error: { code: error.code, message: error.message } },
    { status: STATUS[error.code], headers: { 'cache-control': 'no-store' } },
  );
}
