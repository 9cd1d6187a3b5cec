import { createHash } from 'node:crypto';
import { z } from 'zod';
import { DebugFileError } from '../debug-file-error.ts';

/** What an uploader says before it sends. */
export interface UploadRequest {
  /** `gnu:1f0c…`, or hex digits alone. */
  readonly buildId: string;
  /** Size of the file. */
  readonly bytes: number;
  /** SHA-256 or XXH64 in hex; '' when it was not said, and then an upload cannot be gone on with. */
  readonly hash: string;
  /** Take it although a file of the same kind is kept. */
  readonly force: boolean;
}

/** An upload that began. */
export interface UploadSession extends UploadRequest {
  /** 32 hex digits. */
  readonly id: string;
}

const sessionSchema = z.object({
  id: z.string(),
  buildId: z.string(),
  bytes: z.number().int().nonnegative(),
  hash: z.string(),
  force: z.boolean(),
});

const ID = /^[a-f0-9]{32}$/;

/** The same file from whatever place has the same upload, so that a new attempt goes on where the last one ended. */
export function sessionOf(request: UploadRequest, unique: string): UploadSession {
  const { buildId, bytes, hash, force } = request;
  const content = hash === '' ? unique : '';
  const digest = createHash('sha256').update(JSON.stringify([buildId, bytes, hash, force, content]));
  return { buildId, bytes, hash, force, id: digest.digest('hex').slice(0, 32) };
}

export function parseSession(text: string): UploadSession {
  return sessionSchema.parse(JSON.parse(text));
}

/** Checks an upload's id before it touches a path. Throws DebugFileError `UNKNOWN_UPLOAD`. */
export function checkSessionId(id: string): string {
  if (ID.test(id)) return id;
  throw unknownUpload(id);
}

export const unknownUpload = (id: string) =>
  new DebugFileError(
    'UNKNOWN_UPLOAD',
    `There is no upload «${id.slice(0, 40)}»: it ended, was given up after a day, or never began; begin it again.`,
  );
