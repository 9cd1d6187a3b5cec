import { mkdtempSync, openAsBlob, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeElf } from '@strata/symbolizer';
import { type DebugFileRecord, DebugFiles, type DebugFilesOptions } from '../src/index.ts';

export const temporaryFolder = (name: string) => mkdtempSync(join(tmpdir(), `strata-${name}-`));

/** A store in a folder, with what a test wants otherwise. */
export function openStore(folder: string, options: Partial<DebugFilesOptions> = {}): DebugFiles {
  return new DebugFiles({ folder, s3: null, bytesMost: 1 << 30, identify: describeElf, ...options });
}

/** The content of a file in pieces. */
export async function* pieces(path: string, from = 0, to = statSync(path).size, bytes = 4096) {
  const blob = await openAsBlob(path);
  for (let at = from; at < to; at += bytes) yield blob.slice(at, Math.min(to, at + bytes)).bytes();
}

export interface Sending {
  readonly hash?: string;
  readonly force?: boolean;
}

/** A whole upload, as a client does it. */
export async function send(
  store: DebugFiles,
  buildId: string,
  path: string,
  how: Sending = {},
): Promise<DebugFileRecord> {
  const request = { buildId, bytes: statSync(path).size, hash: how.hash ?? '', force: how.force ?? false };
  const { uploadId, offset } = await store.begin(request, null);
  await store.write(uploadId, offset, pieces(path, offset));
  return store.finish(buildId, uploadId, 'upload');
}
