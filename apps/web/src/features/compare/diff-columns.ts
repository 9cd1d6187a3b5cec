import { type DiffSide, type DiffTree, decodeDiffTree } from '@strata/profile';

/** What travels of a side. */
export interface DiffSideMeta extends DiffSide {
  /** Files of either side some of whose frames have no name. */
  readonly unresolved?: readonly unknown[];
}

/** What travels beside a diff tree. */
export interface DiffMeta {
  /** Unit of the values, such as `nanoseconds`. */
  readonly unit: string;
  readonly a: DiffSideMeta;
  readonly b: DiffSideMeta;
}

export interface Diff extends DiffMeta {
  readonly tree: DiffTree;
}

/** Reads the bytes of `/api/v1/diff` or of a snapshot of it. */
export function decodeDiff(bytes: Uint8Array): Diff {
  const { tree, meta } = decodeDiffTree<DiffMeta>(bytes);
  return { ...meta, tree };
}
