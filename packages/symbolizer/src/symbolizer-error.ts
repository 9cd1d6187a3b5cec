/** What can go wrong with names. The first is ours, the others come from what was read. */
export const SYMBOLIZER_ERROR_CODES = [
  'ADDON_MISSING',
  'INVALID_BUILD_ID',
  'INVALID_INDEX',
  'OTHER_VERSION',
  'NOT_ELF',
  'UNSUPPORTED_ELF',
  'MALFORMED_ELF',
  'NO_SYMBOLS',
  'UNREADABLE',
  'TOO_LARGE',
  'KALLSYMS_RESTRICTED',
] as const;

export type SymbolizerErrorCode = (typeof SYMBOLIZER_ERROR_CODES)[number];

/** The message is one sentence that says what, where and what to do. */
export class SymbolizerError extends Error {
  override readonly name = 'SymbolizerError';
  readonly code: SymbolizerErrorCode;

  constructor(code: SymbolizerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
