import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildId } from '@strata/profile';
import type { S3Location } from '@strata/settings';
import { type ClaimedBuildId, candidatesOf, claimText, OWN_BUILD_ID, parseClaim } from './claimed-build-id.ts';
import { DebugFileError } from './debug-file-error.ts';
import { type DebugKind, readDebugContent } from './elf/debug-kind.ts';
import { hasHash, hashFile, isHash } from './hashes.ts';
import { Incoming } from './incoming/incoming.ts';
import type { UploadRequest } from './incoming/session.ts';
import { folderObjects } from './objects/folder-objects.ts';
import { s3Objects } from './objects/s3-objects.ts';
import type { DebugFileRecord } from './records.ts';
import { KeptFiles, type Offer } from './store.ts';

export interface DebugFilesOptions {
  /** Folder for uploads on their way, and for everything when `s3` is null. Need not exist. */
  readonly folder: string;
  readonly s3: S3Location | null;
  /** Size of a file above which it is refused. */
  readonly bytesMost: number;
  /** Build ID of an ELF file: `describeElf` of packages/symbolizer. */
  readonly identify: (path: string) => Promise<{ readonly buildId: BuildId }>;
}

/** The store of debug files: what is kept, and what is on its way. All throw DebugFileError. */
export class DebugFiles {
  readonly kept: KeptFiles;
  readonly #incoming: Incoming;
  readonly #options: DebugFilesOptions;

  constructor(options: DebugFilesOptions) {
    const { folder, s3 } = options;
    this.#options = options;
    this.#incoming = new Incoming(join(folder, 'incoming'));
    this.kept = new KeptFiles(s3 === null ? folderObjects(folder) : s3Objects(s3, join(folder, 'fetched')));
  }

  /** Whether a file is wanted, with the reason in one sentence. */
  async decide(offer: Offer): Promise<{ wanted: boolean; reason: string }> {
    return this.kept.decide(offer);
  }

  /**
   * Begins an upload or goes on with the one of the same file: `offset` bytes of it are there. For OWN_BUILD_ID the file is
   * kept as what it is. Throws `INVALID_BUILD_ID`, `INVALID_REQUEST`, `TOO_LARGE`, `ALREADY_THERE`.
   */
  async begin(request: UploadRequest, kind: DebugKind | null): Promise<{ uploadId: string; offset: number }> {
    const claim = request.buildId === OWN_BUILD_ID ? null : parseClaim(request.buildId);
    const { bytes, hash, force } = request;
    if (!isHash(hash)) {
      throw new DebugFileError(
        'INVALID_REQUEST',
        `The hash «${hash.slice(0, 80)}» is neither XXH64 nor SHA-256 in hex.`,
      );
    }
    if (!Number.isSafeInteger(bytes) || bytes <= 0) {
      throw new DebugFileError('INVALID_REQUEST', 'The size of the file must be said before it is sent.');
    }
    const { bytesMost } = this.#options;
    if (bytes > bytesMost) {
      throw new DebugFileError(
        'TOO_LARGE',
        `The file has ${bytes} bytes, more than the ${bytesMost} that STRATA_DEBUG_FILE_BYTES lets in.`,
      );
    }
    const decision = claim && (await this.kept.decide({ claim, hash, kind, force }));
    if (decision?.wanted === false) throw new DebugFileError('ALREADY_THERE', decision.reason);
    const { session, offset } = await this.#incoming.begin(request);
    if (!force && claim && (await this.#incoming.isBusy(request.buildId, session.id))) {
      throw new DebugFileError('ALREADY_THERE', 'A file for this build ID is being uploaded at this moment.');
    }
    return { uploadId: session.id, offset };
  }

  /** Writes pieces from `offset` on; resolves to the bytes that are there then. See Incoming.write. */
  async write(uploadId: string, offset: number, pieces: AsyncIterable<Uint8Array>): Promise<number> {
    return this.#incoming.write(uploadId, offset, pieces);
  }

  /**
   * Checks that the file is whole and what it was said to be, and keeps it. What is refused is deleted. Throws `INCOMPLETE`
   * (nothing is deleted), `WRONG_HASH`, `NOT_ELF`, `MALFORMED_ELF`, `NO_SYMBOLS`, `WRONG_BUILD_ID`, `ALREADY_THERE`,
   * `UNKNOWN_UPLOAD`.
   */
  async finish(buildId: string, uploadId: string, origin: string): Promise<DebugFileRecord> {
    const claim = buildId === OWN_BUILD_ID ? null : parseClaim(buildId);
    const session = await this.#incoming.find(uploadId).catch(async (error) => {
      const before = claim && (await this.kept.findClaimed(claim));
      if (before?.record.uploadId === uploadId) return before.record;
      throw error;
    });
    if ('sha256' in session) return session;
    if (session.buildId !== buildId) {
      throw new DebugFileError(
        'INVALID_REQUEST',
        `The upload ${uploadId} is of ${session.buildId}, not of ${buildId}.`,
      );
    }
    const { path, bytes } = await this.#incoming.content(uploadId);
    if (bytes !== session.bytes) {
      throw new DebugFileError('INCOMPLETE', `Of ${session.bytes} bytes ${bytes} have arrived: send the rest.`);
    }
    try {
      const record = await this.#inspect(path, claim, session.hash, { origin, uploadId });
      const { force } = session;
      const own = parseClaim(record.buildId);
      const { wanted, reason } = await this.kept.decide({ claim: own, hash: '', kind: record.kind, force });
      if (!wanted) throw new DebugFileError('ALREADY_THERE', reason);
      await this.kept.keep(record, path, force);
      await this.#incoming.remove(uploadId);
      return record;
    } catch (error) {
      // With the same bytes the same refusal would come again; a store that is away may be back.
      if (!(error instanceof DebugFileError) || error.code !== 'STORE_UNAVAILABLE')
        await this.#incoming.remove(uploadId);
      throw error;
    }
  }

  /** Deletes uploads that nobody went on with for a day; says how many. */
  async removeStale(): Promise<number> {
    return this.#incoming.removeStale();
  }

  async #inspect(
    path: string,
    claim: ClaimedBuildId | null,
    hash: string,
    from: Pick<DebugFileRecord, 'origin' | 'uploadId'>,
  ): Promise<DebugFileRecord> {
    const hashes = await hashFile(path);
    if (!hasHash(hashes, hash)) {
      throw new DebugFileError(
        'WRONG_HASH',
        `What arrived has the hash ${hash.length === 16 ? hashes.xxh64 : hashes.sha256}, not the ${hash} that was announced: upload it again.`,
      );
    }
    const content = await readDebugContent(path);
    const { buildId } = await this.#options.identify(path).catch((cause: Error) => {
      throw new DebugFileError('MALFORMED_ELF', cause.message, { cause });
    });
    if (claim && !candidatesOf(claim).includes(buildId)) {
      throw new DebugFileError(
        'WRONG_BUILD_ID',
        `The file is of the build ID ${buildId}, not of ${claimText(claim)}: send the one that belongs to it.`,
      );
    }
    const { size: bytes } = await stat(path);
    return { buildId, bytes, ...content, ...hashes, ...from, arrivedAt: Math.floor(Date.now() / 1000) };
  }
}
