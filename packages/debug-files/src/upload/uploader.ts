import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, Code, ConnectError, createClient } from '@connectrpc/connect';
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import type { BuildId } from '@strata/profile';
import type { DebugKind } from '../elf/debug-kind.ts';
import { openRegular } from '../elf/regular-file.ts';
import { DebuginfoService } from '../generated/debuginfo_pb.js';
import { CODE_HEADER, KIND_HEADER, OFFSET_HEADER } from '../headers.ts';
import type { ByteRate } from './byte-rate.ts';

const PIECE_BYTES = 256 << 10;
/** The collector reads a large file through before it answers. */
const ANSWER_MS = 10 * 60_000;
const PING_MS = 20_000;
const PAUSE_MS_FIRST = 250;
const PAUSE_MS_MOST = 10_000;
/** Failures in a row, without a byte more having arrived: of a collector that answered before, and of one that never did. */
const FAILURES_MOST = 8;
const FAILURES_MOST_AT_FIRST = 3;

export interface Uploading {
  readonly path: string;
  readonly buildId: BuildId;
  readonly kind: DebugKind;
  /** Also when a file of the same kind is kept. */
  readonly force?: boolean;
  readonly rate?: ByteRate;
  /** Bytes that have gone out, of all; what was there before this attempt counts. */
  readonly onProgress?: (bytes: number, of: number) => void;
  readonly signal?: AbortSignal;
}

/** `reason` is one sentence: why it was not sent. */
export type UploadOutcome =
  | { readonly sent: true; readonly bytes: number }
  | { readonly sent: false; readonly reason: string };

/** The collector refused a file, or was not to be reached. The message is its sentence. */
export class UploadError extends Error {
  override readonly name = 'UploadError';
  /** A DebugFileErrorCode, or `UNREACHABLE`. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Uploads debug files to a collector, each as a stream, and goes on where an earlier attempt was cut off. */
export class Uploader {
  #client: Client<typeof DebuginfoService>;
  #url: string;
  #connection: Http2SessionManager;
  #failuresMost = FAILURES_MOST_AT_FIRST;

  constructor(collectorUrl: string) {
    this.#url = collectorUrl;
    this.#connection = new Http2SessionManager(collectorUrl, { pingIntervalMs: PING_MS });
    const transport = createGrpcTransport({ baseUrl: collectorUrl, sessionManager: this.#connection });
    this.#client = createClient(DebuginfoService, transport);
  }

  /** Ends the connection, which would keep the process alive. */
  close(): void {
    this.#connection.abort();
  }

  /** Throws UploadError, and what reading the file throws. */
  async upload(uploading: Uploading): Promise<UploadOutcome> {
    const { buildId, force = false, kind, signal } = uploading;
    const headers = { [KIND_HEADER]: kind };
    const options = { headers, timeoutMs: ANSWER_MS, ...(signal && { signal }) };
    const file = await openRegular(uploading.path);
    try {
      const { size } = await file.stat();
      const { shouldInitiateUpload, reason } = await this.#persist(signal, () =>
        this.#client.shouldInitiateUpload({ buildId, force }, options),
      );
      if (!shouldInitiateUpload) return { sent: false, reason };
      const hash = await sha256Of(file, size, signal);
      let arrived = -1;
      let failures = 0;
      for (;;) {
        let offset = 0;
        try {
          const onHeader = (header: Headers) => {
            offset = Number(header.get(OFFSET_HEADER) ?? 0);
          };
          const begin = { buildId, hash, size: BigInt(size), force };
          const { uploadInstructions } = await this.#client.initiateUpload(begin, { ...options, onHeader });
          const { uploadId } = uploadInstructions!;
          if (offset < size) await this.#send(uploading, file, uploadId, offset, size);
          await this.#client.markUploadFinished({ buildId, uploadId }, options);
          return { sent: true, bytes: size };
        } catch (cause) {
          const error = this.#errorOf(cause, signal);
          // The answer to the last call may have been lost, and another client may have been quicker.
          if (error.code === 'ALREADY_THERE') return { sent: false, reason: error.message };
          if (error.code !== 'UNREACHABLE') throw error;
          failures = offset > arrived ? 1 : failures + 1;
          arrived = Math.max(arrived, offset);
          if (failures > this.#failuresMost) throw error;
          await pause(failures, signal);
        }
      }
    } finally {
      await file.close();
    }
  }

  async #send(
    { buildId, onProgress, rate, signal }: Uploading,
    file: FileHandle,
    uploadId: string,
    offset: number,
    size: number,
  ): Promise<void> {
    async function* requests() {
      yield { data: { case: 'info' as const, value: { buildId, uploadId } } };
      for (let at = offset; at < size; ) {
        const bytes = Math.min(PIECE_BYTES, size - at);
        await rate?.take(bytes, signal);
        // A new one each time: the last may still be on its way out.
        const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(bytes), 0, bytes, at);
        if (bytesRead === 0) throw new UploadError('INCOMPLETE', 'The file became shorter while it was being sent.');
        at += bytesRead;
        yield { data: { case: 'chunkData' as const, value: buffer.subarray(0, bytesRead) } };
        onProgress?.(at, size);
      }
    }
    await this.#client.upload(requests(), {
      headers: { [OFFSET_HEADER]: String(offset) },
      ...(signal && { signal }),
    });
  }

  async #persist<T>(signal: AbortSignal | undefined, call: () => Promise<T>): Promise<T> {
    for (let failures = 1; ; failures++) {
      try {
        const answer = await call();
        this.#failuresMost = FAILURES_MOST;
        return answer;
      } catch (cause) {
        const error = this.#errorOf(cause, signal);
        if (error.code !== 'UNREACHABLE' || failures > this.#failuresMost) throw error;
        await pause(failures, signal);
      }
    }
  }

  #errorOf(cause: unknown, signal: AbortSignal | undefined): UploadError {
    signal?.throwIfAborted();
    if (cause instanceof UploadError) return cause;
    if (!(cause instanceof ConnectError)) throw cause;
    const code = cause.metadata.get(CODE_HEADER) ?? (cause.code === Code.AlreadyExists ? 'ALREADY_THERE' : null);
    if (code !== null && code !== 'STORE_UNAVAILABLE') return new UploadError(code, cause.rawMessage, { cause });
    const isOurs = [Code.InvalidArgument, Code.Unimplemented, Code.PermissionDenied, Code.Unauthenticated];
    if (isOurs.includes(cause.code)) return new UploadError('INVALID_REQUEST', cause.rawMessage, { cause });
    const message = `The collector at ${this.#url} does not take it: ${cause.rawMessage.replace(/\.$/, '')}.`;
    return new UploadError('UNREACHABLE', message, { cause });
  }
}

/** Those who lost the same collector must not come back in step. */
async function pause(failures: number, signal: AbortSignal | undefined): Promise<void> {
  const most = Math.min(PAUSE_MS_FIRST * 2 ** (failures - 1), PAUSE_MS_MOST);
  await sleep(most * (0.5 + Math.random() / 2), undefined, signal ? { signal } : {});
}

async function sha256Of(file: FileHandle, size: number, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(Math.min(size, 1 << 20));
  for (let at = 0; at < size; ) {
    signal?.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) break;
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
  return hash.digest('hex');
}
