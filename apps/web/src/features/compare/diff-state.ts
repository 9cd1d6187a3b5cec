import type { Norm } from '@strata/profile';

/** What of the comparison's view lives in the address, or in a snapshot. */
export interface DiffState {
  readonly norm: Norm;
  /** Path of names to the zoomed frame; empty for all. */
  readonly root: readonly string[];
  /** A regular expression, as typed. */
  readonly find: string;
  readonly set: (change: Partial<Omit<DiffState, 'set'>>) => void;
}
