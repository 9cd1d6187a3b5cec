import { type BuildId, splitBuildId } from '@strata/profile';
import { z } from 'zod';
import { DebugFileError } from './debug-file-error.ts';
import { DEBUG_KINDS } from './elf/debug-kind.ts';

const buildId = z.custom<BuildId>((text) => typeof text === 'string' && /^(gnu|go|htlhash):[a-f0-9]{2,64}$/.test(text));
const unixSeconds = z.number().nonnegative();
const segment = z.object({ offset: z.number(), virtualAddress: z.number(), fileSize: z.number() }).readonly();

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
  /** What the index that was there then is made from, and where the program's code is; absent where none was built. */
  source: z.enum(DEBUG_KINDS).optional(),
  segments: z.array(segment).optional(),
  /** Unix seconds. */
  time: unixSeconds,
});

/** A file whose index is to be built. */
const ticketSchema = z.object({
  buildId,
  sha256: z.string(),
  /** How often building began; each start is written before it. */
  attempts: z.number().int().nonnegative(),
  /** The index takes the place of any other, as the one who sent the file asked. */
  force: z.boolean().default(false),
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
/** The build ID whose folder a key of NEEDING is in, and the one it is the text of. */
export function needOf(key: string): { needed: BuildId; buildId: BuildId } {
  const [, needed, id] = key.split('/').map((part) => part.replace('-', ':') as BuildId);
  return { needed: needed!, buildId: id! };
}
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
