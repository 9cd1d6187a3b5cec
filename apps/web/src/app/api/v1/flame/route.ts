import { answerFlame } from '../../../../server/columns-answer.ts';
import { columnsResponse, handle } from '../../../../server/handle.ts';
import { getParts } from '../../../../server/parts.ts';
import { onlyOne, parameterMap, readSelection } from '../../../../server/selection.ts';

/** The call tree of a selection, as columns; `inv=1` turns it round. */
export const GET = (request: Request): Promise<Response> =>
  handle(request, async () => {
    const parameters = parameterMap(new URL(request.url).searchParams);
    const selection = readSelection(parameters, Date.now() / 1000, ['inv']);
    const inverted = onlyOne('inv', parameters.get('inv') ?? ['0']) === '1';
    return columnsResponse(request, await answerFlame(await getParts(), selection, inverted));
  });
