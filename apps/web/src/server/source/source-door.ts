import { z } from 'zod';
import { WebError } from '../errors.ts';
import { onlyOne, type ParameterMap } from '../selection.ts';
import type { SourceExcerpt, SourceTexts } from './source-texts.ts';

const line = z.coerce
  .number()
  .int()
  .min(1)
  .max(2 ** 31);
const schema = z.strictObject({
  file: z.string().min(1).max(4_096),
  version: z.string().max(256).default(''),
  from: line.default(1),
  to: line.default(2 ** 31),
});

/** `GET /api/v1/source?file=…&from=…&to=…&version=…`: lines of a source file. Throws WebError. */
export function readSource(texts: SourceTexts, parameters: ParameterMap): Promise<SourceExcerpt> {
  const given = Object.fromEntries([...parameters].map(([name, values]) => [name, onlyOne(name, values)]));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw new WebError('INVALID_PARAMETER', `The parameters ${path.join('.')} cannot be used: ${message}.`);
  }
  const { file, version, from, to } = parsed.data;
  return texts.read(file, version, from, to);
}
