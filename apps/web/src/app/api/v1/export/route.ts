import { exportProfile } from '../../../../server/export-profile.ts';
import { handle } from '../../../../server/handle.ts';
import { getParts } from '../../../../server/parts.ts';
import { parameterMap } from '../../../../server/selection.ts';

/** A selection as pprof, folded stacks or JSON. */
export const GET = (request: Request): Promise<Response> =>
  handle(request, async () =>
    exportProfile(await getParts(), parameterMap(new URL(request.url).searchParams), request.signal),
  );
