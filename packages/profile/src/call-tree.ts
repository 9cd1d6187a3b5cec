/** What a function is part of, for its colour and for filters. */
export const FUNCTION_KINDS = ['application', 'library', 'runtime', 'kernel', 'jit', 'unknown'] as const;
export type FunctionKind = (typeof FUNCTION_KINDS)[number];

/** Functions as parallel columns; a call tree names them by row. */
export interface FunctionTable {
  readonly name: readonly string[];
  /** Source file where known, else `''`. */
  readonly file: readonly string[];
  /** Base name of the binary or module, else `''`. */
  readonly binary: readonly string[];
  /** Index into FUNCTION_KINDS. */
  readonly kind: Uint8Array;
  /** Its heaviest line in this profile: 1-based, 0 when unknown. */
  readonly line: Uint32Array;
}

/**
 * Call nodes in preorder, siblings by descending total, ties by name. Node 0 is the root ("all", depth 0) and its
 * total is the total of the view. `total[i] = self[i] + Σ total of children`. No object per node.
 */
export interface CallTree {
  readonly functions: FunctionTable;
  readonly depth: Uint16Array;
  readonly function: Uint32Array;
  /** 1 where every call that the node stands for was inlined into the one above. */
  readonly inlined: Uint8Array;
  readonly self: Float64Array;
  readonly total: Float64Array;
}

/** Two call trees on one set of nodes: every node that is in A or in B, ordered by the mean of both shares. */
export interface DiffTree {
  readonly functions: FunctionTable;
  readonly depth: Uint16Array;
  readonly function: Uint32Array;
  /** 1 where every call that the node stands for was inlined into the one above. */
  readonly inlined: Uint8Array;
  readonly selfA: Float64Array;
  readonly selfB: Float64Array;
  readonly totalA: Float64Array;
  readonly totalB: Float64Array;
}
