import { createHash } from 'node:crypto';
import {
  buildCallTree,
  buildDiffTree,
  encodeCallTree,
  encodeDiffTree,
  invertTree,
  mergeTries,
  type Naming,
  spread,
} from '@strata/profile';
import type { Selection } from '@strata/storage';
import type { NamedFrames } from '@strata/symbolizer';
import type { Answer } from './answer-cache.ts';
import type { DiffMeta, ProfileMeta, UnresolvedFile } from './answer-meta.ts';
import { WebError } from './errors.ts';
import { writeNaming } from './naming-parameters.ts';
import type { Parts } from './parts.ts';
import { readProfile } from './read-profile.ts';
import { writeSelection } from './selection.ts';

/** How long after its end a range may still get samples: agents push every ten seconds, or later from their disks. */
const SETTLE_SECONDS = 120;

/** The call tree of a selection as columns, with ProfileMeta; inverted it starts from the leaves. */
export function answerFlame(parts: Parts, selection: Selection, naming: Naming, inverted: boolean): Promise<Answer> {
  return parts.answers.get(`flame?${writeSelection(selection)}&${writeNaming(naming)}&inv=${inverted}`, async () => {
    const { profile, meta } = await readProfile(parts, selection);
    const { names, files, ...named } = await parts.nameFrames(profile, naming);
    const tree = buildCallTree(profile.stacks, profile.value, names);
    const unresolved = listUnresolved(named);
    return answerOf(
      encodeCallTree(inverted ? invertTree(tree) : tree, { ...meta, unresolved } satisfies ProfileMeta),
      [selection],
      files,
    );
  });
}

/** Both sides of a comparison on one tree, as columns with DiffMeta. */
export function answerDiff(parts: Parts, a: Selection, b: Selection, naming: Naming): Promise<Answer> {
  return parts.answers.get(`diff?${writeSelection(a)}&&${writeSelection(b)}&&${writeNaming(naming)}`, async () => {
    const [sideA, sideB] = await readBoth(parts, a, b);
    if (sideA.meta.unit !== sideB.meta.unit)
      throw new WebError(
        'INVALID_PARAMETER',
        `The sides cannot be compared: A is in ${sideA.meta.unit}, B in ${sideB.meta.unit}.`,
      );
    const { trie, nodeOf } = mergeTries([sideA.profile.stacks, sideB.profile.stacks]);
    const size = trie.parent.length;
    const valueA = spread(sideA.profile.value, nodeOf[0]!, size);
    const valueB = spread(sideB.profile.value, nodeOf[1]!, size);
    const value = valueA.map((a, node) => a + valueB[node]!);
    const { names, files, ...named } = await parts.nameFrames({ stacks: trie, value }, naming);
    const unresolved = listUnresolved(named);
    const meta: DiffMeta = {
      unit: sideA.meta.unit,
      a: { ...sideA.meta, unresolved },
      b: { ...sideB.meta, unresolved },
    };
    const tree = buildDiffTree(trie, valueA, valueB, names);
    return answerOf(encodeDiffTree(tree, meta), [a, b], files);
  });
}

async function readBoth(parts: Parts, a: Selection, b: Selection) {
  const [sideA, sideB] = await Promise.allSettled([readSide(parts, a, 'A'), readSide(parts, b, 'B')]);
  if (sideA.status === 'fulfilled' && sideB.status === 'fulfilled') return [sideA.value, sideB.value] as const;
  const [first, second] = [sideA, sideB].flatMap((side) => (side.status === 'rejected' ? [side.reason] : []));
  const empty = (error: unknown) => error instanceof WebError && error.code === 'NO_SAMPLES';
  if (empty(first) && empty(second))
    throw new WebError('NO_SAMPLES', `${first.message} ${second.message}`, { cause: first });
  throw first;
}

async function readSide(parts: Parts, selection: Selection, side: 'A' | 'B') {
  try {
    return await readProfile(parts, selection);
  } catch (error) {
    // Both sides are of one service.
    if (!(error instanceof WebError) || error.code === 'UNKNOWN_SERVICE') throw error;
    throw new WebError(error.code, `Side ${side}: ${error.message}`, { cause: error });
  }
}

const listUnresolved = ({ unresolved }: Pick<NamedFrames, 'unresolved'>): UnresolvedFile[] =>
  [...unresolved].map(([buildId, file]) => ({ buildId, ...file }));

/** Whether no samples can come to any of the selections any more. */
export const isOver = (selections: readonly Selection[]) =>
  selections.every(({ to }) => to + SETTLE_SECONDS < Date.now() / 1000);

function answerOf(bytes: Uint8Array, selections: readonly Selection[], files: Answer['files']): Answer {
  return {
    bytes: bytes as Uint8Array<ArrayBuffer>,
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`,
    selections,
    files,
    madeAt: Date.now(),
    settled: isOver(selections),
  };
}
