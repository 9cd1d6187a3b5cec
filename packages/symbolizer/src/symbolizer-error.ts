import type { SymbolizerErrorCode } from './error-codes.generated.ts';

export { SYMBOLIZER_ERROR_CODES, type SymbolizerErrorCode } from './error-codes.generated.ts';

/** The message is one sentence that says what, where and what to do. */
export class SymbolizerError extends Error {
  override readonly name = 'SymbolizerError';
  readonly code: SymbolizerErrorCode;

  constructor(code: SymbolizerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
