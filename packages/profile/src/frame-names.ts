import type { FunctionTable } from './call-tree.ts';
import type { StackTrie } from './model.ts';
import { framesOf } from './trie-builder.ts';

/**
 * What the frames of a profile are called. Frame row `f` is the chain of calls `start[f] … start[f + 1] − 1`, outermost
 * first and never empty: the first is the function whose code it is, each of the others was inlined into the one before.
 */
export interface FrameNames {
  readonly functions: FunctionTable;
  /** One more than there are frames. */
  readonly start: Uint32Array;
  /** Per call, its row of `functions`. */
  readonly function: Uint32Array;
  /** Per call, the line it had come to: 1-based, 0 when unknown. */
  readonly line: Uint32Array;
  /** Whether a call to what already runs is no call: true of files and binaries, never of functions, which may recurse. */
  readonly foldsRepeats: boolean;
}

/** Names of frames into which nothing was inlined: a function each. */
export function uninlinedNames(
  functions: FunctionTable,
  functionOf: Uint32Array,
  line = new Uint32Array(functionOf.length),
): FrameNames {
  const start = Uint32Array.from({ length: functionOf.length + 1 }, (_, row) => row);
  return { functions, start, function: functionOf, line, foldsRepeats: false };
}

/** Calls of a node's stack, leaf first, inlined ones included. */
export function* callsOf(stacks: StackTrie, names: FrameNames, leaf: number): Generator<number> {
  let last = -1;
  for (const frame of framesOf(stacks, leaf)) {
    for (let call = names.start[frame + 1]! - 1; call >= names.start[frame]!; call--) {
      const row = names.function[call]!;
      if (names.foldsRepeats && row === last) continue;
      last = row;
      yield call;
    }
  }
}
