import { WebError } from '../../../../server/errors.ts';
import { handle } from '../../../../server/handle.ts';
import { getParts } from '../../../../server/parts.ts';
import { createSnapshot, snapshotRequest } from '../../../../server/snapshots.ts';

const MOST_BYTES = 64 * 1_024;

/** Keeps what a page shows: `{ "view": "/s/NAME/flame?…", "title": "…" }` → its id, address and expiry. */
export const POST = (request: Request): Promise<Response> =>
  handle(request, async () => {
    const text = await request.text();
    if (text.length > MOST_BYTES) throw new WebError('INVALID_BODY', 'The body is longer than 64 KiB.');
    const snapshot = await createSnapshot(await getParts(), readBody(text));
    return Response.json({ ...snapshot, url: `/share/${snapshot.id}` }, { status: 201 });
  });

function readBody(text: string) {
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
