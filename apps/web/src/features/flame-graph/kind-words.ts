import type { FUNCTION_KINDS } from '@strata/profile';

/** What a function is part of. */
export const KIND_WORDS: Readonly<Record<(typeof FUNCTION_KINDS)[number], string>> = {
  application: 'application',
  library: 'library',
  runtime: 'runtime',
  kernel: 'kernel',
  jit: 'JIT',
  unknown: 'unknown',
};
