import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { BuildId } from '@strata/profile';
import { indexPath } from './index-files.ts';

/** What a folder of symbol indexes has of some files. */
export interface IndexStamp {
  /** Another one when an index has come, gone or been replaced. */
  readonly text: string;
  /** When that happened last, by the file system's clock; 0 when there is none of them. */
  readonly changedAtMs: number;
}

/** Names from these files hold as long as the stamp's text is the same. */
export async function stampIndexes(folder: string, buildIds: readonly BuildId[]): Promise<IndexStamp> {
  const hash = createHash('sha256');
  let changedAtMs = 0;
  const found = await Promise.all(
    buildIds.map((buildId) => stat(indexPath(folder, buildId), { bigint: true }).catch(() => null)),
  );
  for (const file of found) {
    // Not the time of the last write: an index is written elsewhere and moved to its place when it is whole.
    hash.update(file === null ? '-' : `${file.ino}.${file.ctimeNs};`);
    if (file !== null) changedAtMs = Math.max(changedAtMs, Number(file.ctimeMs));
  }
  return { text: hash.digest('base64url'), changedAtMs };
}
