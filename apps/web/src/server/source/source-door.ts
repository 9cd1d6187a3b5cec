import { parseBuildId } from '@strata/profile';
import { z } from 'zod';
import { WebError } from '../errors.ts';
import { BUILDS_MOST } from '../lines-answer.ts';
import { onlyOne, type ParameterMap } from '../selection.ts';
import type { SourceExcerpt, SourceTexts } from './source-texts.ts';

const line = z.coerce
  .number()
  .int()
  .min(1)
  .max(2 ** 31);
const buildId = z.string().transform((text, context) => {
  try {
    return parseBuildId(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
    return z.NEVER;
  }
});
const schema = z.strictObject({
  build: z.array(buildId).max(BUILDS_MOST).default([]),
  file: z.string().min(1).max(4_096),
  version: z.string().max(256).default(''),
  from: line.default(1),
  to: line.default(2 ** 31),
});

/** `GET /api/v1/source?file=…&from=…&to=…&version=…&build=…`: lines of a source file; `build` may stand several times. Throws WebError. */
export function readSource(texts: SourceTexts, parameters: ParameterMap): Promise<SourceExcerpt> {
  const given = Object.fromEntries(
    [...parameters].map(([name, values]) => [name, name === 'build' ? values : onlyOne(name, values)]),
  );
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw new WebError('INVALID_PARAMETER', `The parameters ${path.join('.')} cannot be used: ${message}.`);
  }
  const { build, file, version, from, to } = parsed.data;
  return texts.read({ path: file, version, builds: build }, from, to);
}
