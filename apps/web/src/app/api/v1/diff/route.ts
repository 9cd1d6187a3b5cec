import { answerDiff } from '../../../../server/columns-answer.ts';
import { readSides } from '../../../../server/diff-selection.ts';
import { columnsResponse, handle } from '../../../../server/handle.ts';
import { getParts } from '../../../../server/parts.ts';
import { parameterMap } from '../../../../server/selection.ts';

/** Two selections on one tree, as columns: `service=…&from.a=…&to.a=…&version.a=…&from.b=…`. */
export const GET = (request: Request): Promise<Response> =>
  handle(request, async () => {
    const { a, b } = readSides(parameterMap(new URL(request.url).searchParams), Date.now() / 1000);
    return columnsResponse(request, await answerDiff(await getParts(), a, b));
  });
