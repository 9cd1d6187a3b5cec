// Generated from native/definitions/definitions.ts. Change that, then run: node native/definitions/generate.ts

export const SYMBOLIZER_ERROR_CODES = [
  /** the native addon is not built */
  'ADDON_MISSING',
  /** it is not written as a build ID is */
  'INVALID_BUILD_ID',
  /** the bytes are no ELF file */
  'NOT_ELF',
  /** an ELF file of a kind that is not read: 32 bit, big endian, another machine */
  'UNSUPPORTED_ELF',
  /** an ELF file whose tables contradict each other */
  'MALFORMED_ELF',
  /** a limit would be passed */
  'TOO_LARGE',
  /** a sound file without a single function name */
  'NO_SYMBOLS',
  /** a symbol index that is damaged, or of another file */
  'INVALID_INDEX',
  /** a symbol index of another version of the format */
  'OTHER_VERSION',
  /** /proc/kallsyms shows no addresses */
  'KALLSYMS_RESTRICTED',
  /** the bytes cannot be had */
  'UNREADABLE',
] as const;
export type SymbolizerErrorCode = (typeof SYMBOLIZER_ERROR_CODES)[number];
