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
  NOT_FOUND: 404,
  UNIT_CONFLICT: 409,
  TOO_LARGE: 413,
  UNPACKED_TOO_LARGE: 413,
  UNKNOWN_ENCODING: 415,
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
