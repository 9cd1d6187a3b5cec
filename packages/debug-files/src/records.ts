import { type BuildId, splitBuildId } from '@strata/profile';
import { z } from 'zod';
import { DebugFileError } from './debug-file-error.ts';
import { DEBUG_KINDS } from './elf/debug-kind.ts';

const buildId = z.custom<BuildId>((text) => typeof text === 'string' && /^(gnu|go|htlhash):[a-f0-9]{2,64}$/.test(text));
const unixSeconds = z.number().nonnegative();

/** A debug file that is kept. */
const recordSchema = z.object({
  buildId,
  kind: z.enum(DEBUG_KINDS),
  bytes: z.number().nonnegative(),
  unpackedBytes: z.number().nonnegative(),
  sha256: z.string().length(64),
  xxh64: z.string().length(16),
  /** Where it came from: `upload`, or the address of a debuginfod server. */
  origin: z.string(),
  /** The upload it came by, so that being told twice that it ended is no mistake. */
  uploadId: z.string(),
  /** Unix seconds. */
  arrivedAt: unixSeconds,
});

/** What became of a kept file. */
const outcomeSchema = z.object({
  sha256: z.string(),
  state: z.enum(['indexed', 'failed']),
  /** One sentence; '' when an index was built. */
  reason: z.string(),
  /** Of the index builder that said so: another one may do better. */
  builder: z.string(),
  /** Unix seconds. */
  time: unixSeconds,
});

/** A file whose index is to be built. */
const ticketSchema = z.object({
  buildId,
  sha256: z.string(),
  /** How often building began; each start is written before it. */
  attempts: z.number().int().nonnegative(),
  /** Unix seconds. */
  since: unixSeconds,
});

export type DebugFileRecord = Readonly<z.infer<typeof recordSchema>>;
export type DebugFileOutcome = Readonly<z.infer<typeof outcomeSchema>>;
export type IndexTicket = Readonly<z.infer<typeof ticketSchema>>;

export const parseRecord = (text: string, key: string) => parse(recordSchema, text, key);
export const parseOutcome = (text: string, key: string) => parse(outcomeSchema, text, key);
export const parseTicket = (text: string, key: string) => parse(ticketSchema, text, key);

const byBuildId = (folder: string, id: BuildId) => {
  const { kind, hex } = splitBuildId(id);
  return `${folder}/${kind}/${hex.slice(0, 2)}/${hex}.json`;
};

/** `blobs/<first two digits>/<SHA-256>`: the contents. */
export const blobKey = (sha256: string) => `blobs/${sha256.slice(0, 2)}/${sha256}`;
export const recordKey = (id: BuildId) => byBuildId('files', id);
export const outcomeKey = (id: BuildId) => byBuildId('outcomes', id);
export const QUEUE = 'queue';
export const NEEDING = 'needing';
/** Has a text for each file whose index needs this one as well. */
export const needingFolder = (id: BuildId) => `${NEEDING}/${id.replace(':', '-')}`;
/** The build ID whose folder a key is in. */
export const neededOf = (key: string) => key.split('/')[1]!.replace('-', ':') as BuildId;
/** A file that replaces another has a ticket of its own, so that neither is taken for the other. */
export const ticketKey = ({ buildId: id, sha256 }: Pick<IndexTicket, 'buildId' | 'sha256'>) => {
  const { kind, hex } = splitBuildId(id);
  return `${QUEUE}/${kind}-${hex}-${sha256.slice(0, 16)}.json`;
};

function parse<T>(schema: z.ZodType<T>, text: string, key: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new DebugFileError('STORE_UNAVAILABLE', `The debug file store has something else at ${key}: delete it.`, {
      cause,
    });
  }
}
