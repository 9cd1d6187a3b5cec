import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DebugFileError } from '../debug-file-error.ts';
import {
  checkSessionId,
  parseSession,
  sessionOf,
  type UploadRequest,
  type UploadSession,
  unknownUpload,
} from './session.ts';

const CONTENT = 'content';
const REQUEST = 'request.json';
/** What nobody went on with is given up. */
const STALE_MS = 24 * 3_600_000;

/**
 * Uploads on their way: a folder each, with what was said and the bytes so far. They outlive the process, and an upload goes
 * on in whichever process of this data folder it is asked to.
 */
export class Incoming {
  #folder: string;
  #writers = new Map<string, AbortController>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Begins an upload, or finds the one that the same file began before; `offset` says how many bytes are there. */
  async begin(request: UploadRequest): Promise<{ session: UploadSession; offset: number }> {
    const session = sessionOf(request, randomUUID());
    const folder = join(this.#folder, session.id);
    return attempt(folder, async () => {
      const offset = await this.#bytesOf(session.id);
      if (offset !== null) return { session, offset: Math.min(offset, session.bytes) };
      const making = `${folder}.${randomUUID()}.tmp`;
      await mkdir(making, { recursive: true, mode: 0o700 });
      await writeFile(join(making, REQUEST), JSON.stringify(session), { mode: 0o600 });
      await writeFile(join(making, CONTENT), '', { mode: 0o600 });
      await rename(making, folder).catch(async (error: NodeJS.ErrnoException) => {
        await rm(making, { recursive: true, force: true });
        // Another attempt was quicker by this much.
        if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
      });
      return { session, offset: 0 };
    });
  }

  /** Throws DebugFileError `UNKNOWN_UPLOAD`. */
  async find(id: string): Promise<UploadSession> {
    const path = join(this.#folder, checkSessionId(id), REQUEST);
    return attempt(path, async () => parseSession(await readFile(path, 'utf8')), unknownUpload(id));
  }

  /** Where the content of an upload lies, and how much of it is there. Throws DebugFileError `UNKNOWN_UPLOAD`. */
  async content(id: string): Promise<{ path: string; bytes: number }> {
    const path = join(this.#folder, checkSessionId(id), CONTENT);
    return attempt(path, async () => ({ path, bytes: (await stat(path)).size }), unknownUpload(id));
  }

  /**
   * Writes pieces from `offset` on, which is at most what is there; what lay behind it is cut off. Resolves to how many bytes
   * are there then. A second writer of the same upload ends the first, whose connection may be dead without having closed.
   * Throws DebugFileError `UNKNOWN_UPLOAD`, `INVALID_REQUEST`, `TOO_LARGE`, and what the pieces throw: what came before stays.
   */
  async write(id: string, offset: number, pieces: AsyncIterable<Uint8Array>): Promise<number> {
    const session = await this.find(id);
    const { path, bytes } = await this.content(id);
    if (offset > bytes) {
      throw new DebugFileError(
        'INVALID_REQUEST',
        `The upload has ${bytes} bytes so far, and cannot go on at ${offset}.`,
      );
    }
    this.#writers.get(id)?.abort();
    const writer = new AbortController();
    this.#writers.set(id, writer);
    try {
      await attempt(path, () => truncate(path, offset));
      return await append(path, offset, session.bytes, pieces, writer.signal);
    } finally {
      if (this.#writers.get(id) === writer) this.#writers.delete(id);
    }
  }

  /** Whether another upload of the same build ID is being received by this process. */
  async isBusy(buildId: string, exceptId: string): Promise<boolean> {
    for (const id of this.#writers.keys()) {
      if (id === exceptId) continue;
      const session = await this.find(id).catch(() => null);
      if (session?.buildId === buildId) return true;
    }
    return false;
  }

  async remove(id: string): Promise<void> {
    const folder = join(this.#folder, checkSessionId(id));
    await attempt(folder, () => rm(folder, { recursive: true, force: true }));
  }

  /** Deletes uploads that nobody went on with for a day; says how many. */
  async removeStale(nowMs = Date.now()): Promise<number> {
    let removed = 0;
    const names = await attempt(this.#folder, () => readdir(this.#folder), []);
    for (const name of names) {
      const folder = join(this.#folder, name);
      const content = await stat(join(folder, CONTENT)).catch(() => null);
      if (content && nowMs - content.mtimeMs < STALE_MS) continue;
      await rm(folder, { recursive: true, force: true });
      removed++;
    }
    return removed;
  }

  async #bytesOf(id: string): Promise<number | null> {
    const found = await stat(join(this.#folder, id, CONTENT)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    return found?.size ?? null;
  }
}

async function append(
  path: string,
  from: number,
  most: number,
  pieces: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
) {
  const file = await attempt(path, () => open(path, 'r+'));
  let at = from;
  try {
    for await (const piece of pieces) {
      if (signal.aborted) throw new DebugFileError('INVALID_REQUEST', 'The upload goes on over another connection.');
      if (at + piece.length > most) {
        throw new DebugFileError('TOO_LARGE', `More bytes came than the ${most} that were announced.`);
      }
      await attempt(path, () => file.write(piece, 0, piece.length, at));
      at += piece.length;
    }
    return at;
  } finally {
    await file.close();
  }
}

/** `missing` is the answer, or the error, when there is no such file. */
async function attempt<T>(path: string, work: () => Promise<T>, missing?: T | DebugFileError): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof DebugFileError) throw cause;
    if (missing !== undefined && (cause as NodeJS.ErrnoException).code === 'ENOENT') {
      if (missing instanceof DebugFileError) throw missing;
      return missing;
    }
    const reason = (cause as Error).message;
    throw new DebugFileError('STORE_UNAVAILABLE', `The debug file store cannot use ${path}: ${reason}.`, { cause });
  }
}
