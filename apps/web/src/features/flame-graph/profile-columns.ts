import { type CallTree, decodeCallTree } from '@strata/profile';

/** What travels beside the tree. */
export interface ProfileMeta {
  /** Unit of the values, such as `nanoseconds`. */
  readonly unit: string;
  /** How long the profile covers. */
  readonly seconds: number;
  readonly samples: number;
  readonly instances: number;
  /** Files of which no symbols are known; their frames show as addresses. */
  readonly unresolved?: readonly { readonly file: string }[];
}

export interface Profile extends ProfileMeta {
  readonly tree: CallTree;
}

/** Reads the bytes of `/api/v1/flame` or of a snapshot of it. */
export function decodeProfile(bytes: Uint8Array): Profile {
  const { tree, meta } = decodeCallTree<ProfileMeta>(bytes);
  return { ...meta, tree };
}
