export const VIEWS = ['flame', 'table', 'both', 'source'] as const;
export type ViewName = (typeof VIEWS)[number];

/** What of the view lives in the address, or in a snapshot. */
export interface ExplorerState {
  readonly view: ViewName;
  /** Callers down: roots are where time is spent, children are callers. */
  readonly inverted: boolean;
  /** Path of names to the zoomed frame; empty for all. */
  readonly root: readonly string[];
  /** A regular expression, as typed. */
  readonly find: string;
  readonly set: (change: Partial<Omit<ExplorerState, 'set'>>) => void;
}
