import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { S3Location } from '@strata/settings';
import { DebugFileError } from '../debug-file-error.ts';
import type { Objects } from './objects.ts';

/** 10,000 parts at most: 80 GiB a file. Two parts are in memory at a time. */
const PART_BYTES = 8 << 20;
const PARTS_AT_ONCE = 2;
const CONNECT_MS = 5_000;
/** Without a byte from the server. */
const SILENT_MS = 60_000;

/**
 * Objects in a bucket. Credentials are found where the AWS SDK looks: `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, a
 * profile, or the machine's role. `scratch` is a folder for contents while they are read.
 */
export function s3Objects(location: S3Location, scratch: string): Objects {
  const { bucket, endpoint, prefix, region } = location;
  const client = new S3Client({
    region,
    // A server of one's own seldom has a name for every bucket.
    ...(endpoint === null ? {} : { endpoint, forcePathStyle: true }),
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: SILENT_MS },
  });
  const at = (key: string) => ({ Bucket: bucket, Key: `${prefix}${key}` });
  const attempt = async <T>(doing: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      if (cause instanceof DebugFileError) throw cause;
      throw new DebugFileError('STORE_UNAVAILABLE', `${doing} ${bucket} on S3 failed: ${sentenceOf(cause)}.`, {
        cause,
      });
    }
  };
  const get = async (key: string) => {
    try {
      return (await client.send(new GetObjectCommand(at(key)))).Body ?? null;
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  };

  return {
    readText: (key) => attempt('Reading from', async () => (await get(key))?.transformToString('utf8') ?? null),
    writeText: (key, text) =>
      attempt('Writing to', async () => void (await client.send(new PutObjectCommand({ ...at(key), Body: text })))),
    adopt: (key, path) =>
      attempt('Writing to', async () => {
        const params = { ...at(key), Body: createReadStream(path) };
        await new Upload({ client, params, partSize: PART_BYTES, queueSize: PARTS_AT_ONCE }).done();
        await rm(path, { force: true });
      }),
    has: (key) =>
      attempt('Reading from', async () => {
        try {
          await client.send(new HeadObjectCommand(at(key)));
          return true;
        } catch (error) {
          if (isMissing(error)) return false;
          throw error;
        }
      }),
    remove: (key) => attempt('Deleting from', async () => void (await client.send(new DeleteObjectCommand(at(key))))),
    list: (folder) =>
      attempt('Listing', async () => {
        const keys: string[] = [];
        for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: `${prefix}${folder}/` })) {
          for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key.slice(prefix.length));
        }
        return keys;
      }),
    async withFile(key, use) {
      const path = join(scratch, randomUUID());
      try {
        const found = await attempt('Reading from', async () => {
          const body = await get(key);
          if (body === null) return false;
          await mkdir(scratch, { recursive: true, mode: 0o700 });
          await pipeline(body as Readable, createWriteStream(path, { mode: 0o600 }));
          return true;
        });
        return found ? await use(path) : null;
      } finally {
        await rm(path, { force: true });
      }
    },
  };
}

function isMissing(error: unknown): boolean {
  const { name } = error as Error;
  return name === 'NoSuchKey' || name === 'NotFound';
}

/** The SDK puts the server's sentence into the message, and otherwise the error's name. */
const sentenceOf = (error: unknown) => {
  const { message, name } = error as Error;
  return (message || name).replace(/\.$/, '');
};
