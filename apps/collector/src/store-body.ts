import { createHash } from 'node:crypto';
import { type Batch, type BuildId, decodeBatch, decodePprof, ProfileError, type ProfileOrigin } from '@strata/profile';
import type { Storage } from '@strata/storage';
import { type PackedBody, unpack, unpackPprof } from './body.ts';
import { CollectorError, type CollectorErrorCode } from './collector-error.ts';
import { readJson } from './read-json.ts';

/** A body to be stored; `origin` is whose profile it is, null for an agent's batch, which says so itself. */
export interface Body {
  readonly packed: PackedBody;
  readonly origin: ProfileOrigin | null;
}

export interface StoredBody {
  readonly outcome: 'stored' | 'duplicate';
  /** Rows of samples. */
  readonly samples: number;
  /** Files whose addresses the body has. */
  readonly buildIds: readonly BuildId[];
}

/**
 * Unpacks, decodes and stores a body. All but the waiting for ClickHouse is work of this thread: half a second for each MiB
 * of a body made for it. Throws CollectorError, `UNPACKED_TOO_LARGE` above `most` bytes, and StorageError.
 */
export async function storeBody(storage: Storage, { packed, origin }: Body, most: number): Promise<StoredBody> {
  const bytes = await (origin ? unpackPprof(packed, most) : unpack(packed, most));
  const batch = origin
    ? refusing('BAD_PROFILE', () => decodePprof(bytes, origin))
    : refusing('BAD_BATCH', () => decodeBatch(readJson(bytes)));
  // A body's identity is its content, so that a repeat is recognised whoever sends it.
  const token = createHash('sha256')
    .update(origin ? JSON.stringify(origin) : '')
    .update('\0')
    .update(bytes);
  const outcome = await storage.writeBatch(batch, token.digest('hex'));
  return { outcome, samples: batch.samples.node.length, buildIds: buildIdsOf(batch) };
}

function buildIdsOf({ stacks }: Batch): BuildId[] {
  const seen = new Set<BuildId>();
  for (const frame of stacks.frames) if (frame.kind === 'native') seen.add(frame.mapping.buildId);
  return [...seen];
}

/** What the model refuses is the sender's mistake. */
export function refusing<T>(code: CollectorErrorCode, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof ProfileError) throw new CollectorError(code, cause.message, { cause });
    throw cause;
  }
}
