import { randomBytes } from 'node:crypto';
import type { Selection, Snapshot } from '@strata/storage';
import { z } from 'zod';
import { writeLabels } from '../address/label.ts';
import { splitView } from '../address/view.ts';
import { answerDiff, answerFlame } from './columns-answer.ts';
import { readSides } from './diff-selection.ts';
import { WebError } from './errors.ts';
import { NAMING_PARAMETERS, readNaming } from './naming-parameters.ts';
import type { Parts } from './parts.ts';
import { parameterMap, readSelection } from './selection.ts';

const KEEP_SECONDS = 90 * 86_400;
const ID_BYTES = 16;
/** Parameters of a page that say how it looks at its columns, not which columns. */
const VIEW_PARAMETERS = ['view', 'inv', 'root', 'find', 'color', 'norm', 'sort', 'by', 'list', 'select'];

/** What is asked to be kept. */
export const snapshotRequest = z.strictObject({
  /** Path and query of the page: `/s/NAME/flame?…` or `/s/NAME/compare?…`. */
  view: z.string().max(16_384),
  title: z.string().max(200).default(''),
  /** Hash of the columns on screen, as their ETag had it: then exactly those are kept, while the server remembers them. */
  etag: z.string().max(80).optional(),
});

/** Throws WebError INVALID_BODY. */
export function readSnapshotRequest(text: string): z.infer<typeof snapshotRequest> {
  try {
    return snapshotRequest.parse(JSON.parse(text));
  } catch (cause) {
    throw new WebError(
      'INVALID_BODY',
      'The body must be JSON with the page’s address as view, such as {"view":"/s/checkout/flame?from=now-15m&to=now"}.',
      { cause },
    );
  }
}

export type SnapshotSummary = Pick<Snapshot, 'id' | 'createdAt' | 'expiresAt' | 'title' | 'view'>;

/** Keeps what a page shows, under an address nobody can guess, for 90 days. Throws WebError. */
export async function createSnapshot(parts: Parts, request: z.infer<typeof snapshotRequest>): Promise<SnapshotSummary> {
  const page = readPage(request.view);
  const shown = request.etag === undefined ? undefined : parts.answers.find(request.etag);
  const fits = shown?.selections.length === page.sides && shown.selections[0]!.service === page.service;
  const answer = shown !== undefined && fits ? shown : await page.answer(parts);
  const now = Math.floor(Date.now() / 1000);
  const summary = {
    id: randomBytes(ID_BYTES).toString('base64url'),
    createdAt: now as Snapshot['createdAt'],
    expiresAt: (now + KEEP_SECONDS) as Snapshot['expiresAt'],
    title: request.title || page.service,
    view: writeView(page, answer.selections),
  };
  await parts.storage.saveSnapshot({ ...summary, columns: answer.bytes });
  return summary;
}

/** Throws WebError SNAPSHOT_NOT_FOUND. */
export async function readSnapshot(parts: Parts, id: string): Promise<Snapshot> {
  const snapshot = /^[\w-]{10,64}$/.test(id) ? await parts.storage.readSnapshot(id) : null;
  if (snapshot === null)
    throw new WebError(
      'SNAPSHOT_NOT_FOUND',
      'There is no snapshot at this address: its time is over, or a part of the link is missing.',
    );
  return snapshot;
}

function decodeName(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new WebError('INVALID_BODY', `The service in view is not percent-encoded UTF-8: ${text.slice(0, 80)}.`, {
      cause,
    });
  }
}

interface Page {
  readonly path: string;
  readonly service: string;
  readonly search: URLSearchParams;
  /** 1 for a flame graph, 2 for a comparison. */
  readonly sides: number;
  readonly answer: (parts: Parts) => ReturnType<typeof answerFlame>;
}

function readPage(view: string): Page {
  const [path, query] = splitView(view);
  const match = /^\/s\/([^/]+)\/(flame|compare)$/.exec(path);
  if (match === null)
    throw new WebError(
      'INVALID_BODY',
      'Only a flame graph or a comparison can be shared: view is /s/NAME/flame?… or /s/NAME/compare?….',
    );
  const service = decodeName(match[1]!);
  const search = new URLSearchParams(query);
  const asked = new URLSearchParams(search);
  asked.set('service', service);
  const parameters = parameterMap(asked);
  const now = Date.now() / 1000;
  const naming = readNaming(parameters);
  const known = [...VIEW_PARAMETERS, ...NAMING_PARAMETERS];
  if (match[2] === 'flame') {
    const selection = readSelection(parameters, now, known);
    // The page turns the tree round by itself; what is kept is the tree as callers have it.
    return { path, service, search, sides: 1, answer: (parts) => answerFlame(parts, selection, naming, false) };
  }
  const { a, b } = readSides(parameters, now, known);
  return { path, service, search, sides: 2, answer: (parts) => answerDiff(parts, a, b, naming) };
}

/** The page's address with what the columns really cover: absolute times, whatever was in it. */
function writeView({ path, search }: Page, selections: readonly Selection[]): string {
  const view = new URLSearchParams(search);
  selections.forEach((selection, side) => {
    const end = selections.length === 1 ? '' : side === 0 ? '.a' : '.b';
    for (const name of ['from', 'to', 'version', 'label']) view.delete(`${name}${end}`);
    view.set(`from${end}`, String(selection.from));
    view.set(`to${end}`, String(selection.to));
    for (const version of selection.versions) view.append(`version${end}`, version);
    for (const label of writeLabels(selection.labels)) view.append(`label${end}`, label);
  });
  return `${path}?${view}`;
}
