import { ClickHouseException } from './exceptions.ts';
import { parameterName, type QueryRequest } from './query-request.ts';

/** Whether a body is a form: the client sends long parameters that way (`use_multipart_params`). */
export function isForm(contentType: string | undefined): contentType is string {
  return /^multipart\/form-data\b/i.test(contentType ?? '');
}

/** The request with the form's `query` and `param_*` in it. Throws ClickHouseException for a form with anything else. */
export async function withForm(request: QueryRequest, contentType: string, body: Buffer): Promise<QueryRequest> {
  const bytes = Uint8Array.from(body);
  const form = await new Response(bytes, { headers: { 'content-type': contentType } }).formData().catch((cause) => {
    throw ClickHouseException.of('BAD_ARGUMENTS', 'The body is not the form that its Content-Type says', { cause });
  });
  const parameters = new Map(request.context.parameters);
  let query = request.query;
  for (const [name, value] of form) {
    if (typeof value === 'string' && name === 'query') query = value;
    else if (typeof value === 'string' && name.startsWith('param_')) {
      parameters.set(parameterName(name.slice('param_'.length)), value);
    } else {
      throw ClickHouseException.of(
        'UNSUPPORTED_MEDIA_TYPE',
        `The embedded ClickHouse takes no external tables: the form's part ${name} is neither query nor param_*`,
      );
    }
  }
  return { ...request, query, context: { ...request.context, parameters } };
}
