import type { FrameNames } from './frame-names.ts';
import type { StackProfile, StackTrie } from './model.ts';

/** What one line of a function is worth. */
export interface LineWeight {
  /** 1-based. */
  readonly line: number;
  /** Of stacks that end in it. */
  readonly self: number;
  /** Of stacks that it is in; one that is in it twice counts once. */
  readonly total: number;
}

/** Lines above this do not exist; two numbers fit into one key. */
const LINES_MOST = 2 ** 26;

/** Per trie node, its value with all below it. */
function totalsByNode({ parent }: StackTrie, value: Float64Array): Float64Array {
  const total = Float64Array.from(value);
  for (let i = total.length - 1; i >= 0; i--) if (parent[i]! >= 0) total[parent[i]!]! += total[i]!;
  return total;
}

/** Per row of the function table, its line in most of the profile: 0 where none is known. */
export function heaviestLines(
  { stacks, value }: Pick<StackProfile, 'stacks' | 'value'>,
  names: Omit<FrameNames, 'functions'>,
  functions: number,
): Uint32Array {
  const total = totalsByNode(stacks, value);
  const byFrame = new Float64Array(stacks.frames.length);
  for (let i = 0; i < total.length; i++) byFrame[stacks.frame[i]!]! += total[i]!;
  const weights = new Map<number, number>();
  for (let frame = 0; frame < byFrame.length; frame++) {
    for (let call = names.start[frame]!; call < names.start[frame + 1]!; call++) {
      const line = names.line[call]!;
      if (line === 0 || line >= LINES_MOST) continue;
      const key = names.function[call]! * LINES_MOST + line;
      weights.set(key, (weights.get(key) ?? 0) + byFrame[frame]!);
    }
  }
  const heaviest = new Uint32Array(functions);
  const most = new Float64Array(functions).fill(-1);
  for (const [key, weight] of weights) {
    const row = Math.floor(key / LINES_MOST);
    const line = key % LINES_MOST;
    if (weight < most[row]! || (weight === most[row]! && line > heaviest[row]!)) continue;
    most[row] = weight;
    heaviest[row] = line;
  }
  return heaviest;
}

/** The lines of one row of the function table, in order; those unknown are left out. */
export function lineWeights(
  { stacks, value }: Pick<StackProfile, 'stacks' | 'value'>,
  names: FrameNames,
  row: number,
): LineWeight[] {
  const total = totalsByNode(stacks, value);
  const self = new Map<number, number>();
  const whole = new Map<number, number>();
  const add = (to: Map<number, number>, line: number, amount: number) => to.set(line, (to.get(line) ?? 0) + amount);
  // Per trie node, the nearest one from it towards the root that has a call of the function: −1 for none.
  const nearest = new Int32Array(stacks.parent.length);
  for (let i = 0; i < nearest.length; i++) {
    const above = stacks.parent[i]! < 0 ? -1 : nearest[stacks.parent[i]!]!;
    nearest[i] = above;
    const seen = new Set<number>();
    const end = names.start[stacks.frame[i]! + 1]!;
    for (let call = names.start[stacks.frame[i]!]!; call < end; call++) {
      if (names.function[call] !== row) continue;
      nearest[i] = i;
      const line = names.line[call]!;
      if (call === end - 1 && value[i] !== 0) add(self, line, value[i]!);
      if (seen.has(line) || isIn(line, above)) continue;
      seen.add(line);
      if (total[i] !== 0) add(whole, line, total[i]!);
    }
  }
  return [...whole]
    .filter(([line]) => line > 0)
    .map(([line, amount]) => ({ line, self: self.get(line) ?? 0, total: amount }))
    .sort((a, b) => a.line - b.line);

  /** Whether the function is at the line already, in a node or in one that called it. */
  function isIn(line: number, node: number): boolean {
    for (let at = node; at >= 0; at = stacks.parent[at]! < 0 ? -1 : nearest[stacks.parent[at]!]!) {
      const frame = stacks.frame[at]!;
      for (let call = names.start[frame]!; call < names.start[frame + 1]!; call++)
        if (names.function[call] === row && names.line[call] === line) return true;
    }
    return false;
  }
}
