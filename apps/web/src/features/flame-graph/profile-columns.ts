import { type CallTree, decodeCallTree } from '@strata/profile';

/** A file some of whose frames have no name; they show as `[FILE]`. */
export interface UnresolvedFile {
  readonly file: string;
  /** `NO_INDEX`: its symbols have not come yet; `NO_NAME`: they do not name these addresses; else an error's code. */
  readonly reason: string;
}

/** What travels beside the tree. */
export interface ProfileMeta {
  /** Unit of the values, such as `nanoseconds`. */
  readonly unit: string;
  /** How long the profile covers. */
  readonly seconds: number;
  readonly samples: number;
  readonly instances: number;
  /** Files some of whose frames have no name. */
  readonly unresolved?: readonly UnresolvedFile[];
}

export interface Profile extends ProfileMeta {
  readonly tree: CallTree;
}

/** Reads the bytes of `/api/v1/flame` or of a snapshot of it. */
export function decodeProfile(bytes: Uint8Array): Profile {
  const { tree, meta } = decodeCallTree<ProfileMeta>(bytes);
  return { ...meta, tree };
}
