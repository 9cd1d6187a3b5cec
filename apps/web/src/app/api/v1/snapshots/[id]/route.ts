import { columnsResponse, handle } from '../../../../../server/handle.ts';
import { getParts } from '../../../../../server/parts.ts';
import { readSnapshot } from '../../../../../server/snapshots.ts';

interface Context {
  readonly params: Promise<{ id: string }>;
}

/** The columns a snapshot keeps; they never change. */
export const GET = (request: Request, { params }: Context): Promise<Response> =>
  handle(request, async () => {
    const snapshot = await readSnapshot(await getParts(), (await params).id);
    const bytes = snapshot.columns as Uint8Array<ArrayBuffer>;
    return columnsResponse(request, { bytes, etag: `"${snapshot.id}"`, settled: true });
  });
