/** What can be wrong with profile data from outside. */
export type ProfileErrorCode =
  | 'INVALID_BUILD_ID'
  | 'INVALID_BATCH'
  | 'INVALID_PPROF'
  | 'INVALID_COLUMNS'
  | 'INVALID_FOLDED'
  | 'TOO_DEEP'
  | 'TOO_LARGE'
  | 'TOO_MANY_LABELS'
  | 'TIME_OUT_OF_RANGE'
  | 'EMPTY';

/** Data that is not a profile, or not one that can be kept. The message is one sentence for its sender. */
export class ProfileError extends Error {
  override readonly name = 'ProfileError';
  readonly code: ProfileErrorCode;

  constructor(code: ProfileErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
