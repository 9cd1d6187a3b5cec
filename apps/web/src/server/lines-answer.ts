import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { type BuildId, type Frame, lineWeights, type Naming } from '@strata/profile';
import type { Selection } from '@strata/storage';
import type { Answer } from './answer-cache.ts';
import { isOver } from './columns-answer.ts';
import { WebError } from './errors.ts';
import { writeNaming } from './naming-parameters.ts';
import type { Parts } from './parts.ts';
import { readProfile } from './read-profile.ts';
import { onlyOne, type ParameterMap, writeSelection } from './selection.ts';

/** A function as a view names it. */
export interface FunctionKey {
  readonly function: string;
  readonly file: string;
  readonly binary: string;
}

export const FUNCTION_PARAMETERS = ['function', 'file', 'binary'] as const;
const LINES_MOST = 5_000;
/** Whose debug information may have the text. */
export const BUILDS_MOST = 16;

/** Reads `function`, `file` and `binary`. Throws WebError INVALID_PARAMETER. */
export function readFunction(parameters: ParameterMap): FunctionKey {
  const [name, file, binary] = FUNCTION_PARAMETERS.map((each) => onlyOne(each, parameters.get(each) ?? ['']));
  if (name === '') throw new WebError('INVALID_PARAMETER', 'The parameter function is missing: name the function.');
  return { function: name!, file: file!, binary: binary! };
}

/** The lines of a function with what each is worth, as JSON `{ lines: [line, self, total][], whole, builds }`; the heaviest when there are too many. */
export function answerLines(parts: Parts, selection: Selection, naming: Naming, key: FunctionKey): Promise<Answer> {
  const question = `lines?${writeSelection(selection)}&${writeNaming(naming)}&${JSON.stringify(key)}`;
  return parts.answers.get(question, async () => {
    const { profile, meta } = await readProfile(parts, selection);
    const { names, files } = await parts.nameFrames(profile, naming);
    const { functions } = names;
    // Of a path only the last part tells functions apart: another build may lie in another folder.
    const row = functions.name.findIndex(
      (name, i) =>
        name === key.function &&
        functions.binary[i] === key.binary &&
        posix.basename(functions.file[i]!) === posix.basename(key.file),
    );
    if (row < 0)
      throw new WebError('UNKNOWN_FUNCTION', `${key.function.slice(0, 200)} is not in this selection any more.`);
    const lines = lineWeights(profile, names, row)
      .sort((a, b) => b.total - a.total)
      .slice(0, LINES_MOST)
      .sort((a, b) => a.line - b.line)
      .map(({ line, self, total }) => [line, self, total]);
    const builds = buildsOf(profile.stacks.frames, key.binary);
    const bytes = new TextEncoder().encode(JSON.stringify({ lines, whole: meta.total, builds }));
    return {
      bytes,
      etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`,
      selections: [selection],
      files,
      madeAt: Date.now(),
      settled: isOver([selection]),
    };
  });
}

/** Files of a profile that are called so. */
function buildsOf(frames: readonly Frame[], binary: string): BuildId[] {
  const builds = new Set<BuildId>();
  for (const frame of frames)
    if (frame.kind === 'native' && posix.basename(frame.mapping.file) === binary) builds.add(frame.mapping.buildId);
  return [...builds].slice(0, BUILDS_MOST);
}
