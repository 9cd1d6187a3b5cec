import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { buildCallTree, encodeFolded, encodePprof, STANDARD_NAMING } from '@strata/profile';
import type { Selection } from '@strata/storage';
import { z } from 'zod';
import { checkKnown } from './check-known.ts';
import { WebError } from './errors.ts';
import { NAMING_PARAMETERS, readNaming } from './naming-parameters.ts';
import type { PartsHolder } from './parts.ts';
import { readProfile } from './read-profile.ts';
import { onlyOne, type ParameterMap, readSelection } from './selection.ts';
import { writeTreeJson } from './tree-json.ts';

const FORMATS = ['pprof', 'folded', 'json'] as const;
type Format = (typeof FORMATS)[number];

const TYPES: Readonly<Record<Format, { readonly contentType: string; readonly ending: string }>> = {
  // The file itself is gzip, as pprof files are; no encoding of the transfer.
  pprof: { contentType: 'application/octet-stream', ending: 'pb.gz' },
  folded: { contentType: 'text/plain; charset=utf-8', ending: 'folded.txt' },
  json: { contentType: 'application/json', ending: 'json' },
};

/** `GET /api/v1/export`: a selection as a file other tools read. Throws WebError. */
export async function exportProfile(
  holder: PartsHolder,
  parameters: ParameterMap,
  signal: AbortSignal,
): Promise<Response> {
  const format = readFormat(parameters);
  const selection = readSelection(parameters, Date.now() / 1000, ['format', ...NAMING_PARAMETERS]);
  const asked = readNaming(parameters);
  // A pprof has function, file and line of every call, so that its reader merges as it likes.
  const naming = format === 'pprof' ? { ...asked, by: STANDARD_NAMING.by } : asked;
  const parts = await holder.open();
  await checkKnown(parts.storage, selection);
  const { profile, meta } = await readProfile(parts, selection, signal);
  const { names } = await parts.nameFrames(profile, naming);
  const body = {
    pprof: () => promisify(gzip)(encodePprof(profile, names)),
    folded: () => encodeFolded(profile, names),
    json: () => writeTreeJson(meta, buildCallTree(profile.stacks, profile.value, names)),
  }[format];
  return new Response((await body()) as BodyInit, {
    headers: {
      'content-type': TYPES[format].contentType,
      'content-disposition': `attachment; filename="${fileName(selection, TYPES[format].ending)}"`,
      'cache-control': 'private, no-cache',
    },
  });
}

function readFormat(parameters: ParameterMap): Format {
  const text = onlyOne('format', parameters.get('format') ?? ['pprof']);
  const format = z.enum(FORMATS).safeParse(text);
  if (!format.success)
    throw new WebError('UNKNOWN_FORMAT', `format=${text.slice(0, 40)} is not known; known are ${FORMATS.join(', ')}.`);
  return format.data;
}

/** `strata-checkout-cpu-20261121T140000Z.pb.gz`; what a header or a file system might choke on becomes a dash. */
function fileName({ service, profileType, from }: Selection, ending: string): string {
  const time = new Date(from * 1000).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return `strata-${service}-${profileType}-${time}.${ending}`.replaceAll(/[^\w.-]+/g, '-');
}
