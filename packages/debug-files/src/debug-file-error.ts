/** What can go wrong with a debug file. */
export const DEBUG_FILE_ERROR_CODES = [
  /** What was sent or asked for is no build ID. */
  'INVALID_BUILD_ID',
  /** The file is of another build ID than it was said to be. */
  'WRONG_BUILD_ID',
  /** A file of the same or a better kind is kept already, or is on its way. */
  'ALREADY_THERE',
  /** Above the limit, or above the size that was announced. */
  'TOO_LARGE',
  'INVALID_REQUEST',
  /** Not all bytes are there. */
  'INCOMPLETE',
  'WRONG_HASH',
  'UNKNOWN_UPLOAD',
  'NOT_ELF',
  'MALFORMED_ELF',
  'NO_SYMBOLS',
  /** Its folder, its disk or its S3 server does not do what it should. */
  'STORE_UNAVAILABLE',
] as const;

export type DebugFileErrorCode = (typeof DEBUG_FILE_ERROR_CODES)[number];

/** The message is one sentence that says what, where and what to do. */
export class DebugFileError extends Error {
  override readonly name = 'DebugFileError';
  readonly code: DebugFileErrorCode;

  constructor(code: DebugFileErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
