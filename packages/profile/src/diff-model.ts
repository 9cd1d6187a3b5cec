import type { DiffTree } from './call-tree.ts';
import { meanShares } from './diff-tree-build.ts';
import { layoutColumns, type NamedTree } from './flame-layout.ts';
import { functionTotals } from './function-totals.ts';

export const NORMS = ['share', 'rate', 'absolute'] as const;
/** Of the side's total; per second and instance; per second. */
export type Norm = (typeof NORMS)[number];

/** What one side of a comparison covers. */
export interface DiffSide {
  readonly seconds: number;
  readonly samples: number;
  readonly instances: number;
}

/** Two values of one thing, with what their samples allow to say of them. */
export interface Change {
  readonly a: number;
  readonly b: number;
  /** (b − a)/(a + b), from −1 (gone) to +1 (new); 0 for 0/0. */
  readonly score: number;
  /** Whether chance alone would do as much, 5 times in 100. */
  readonly withinNoise: boolean;
}

/** A diff tree under one norm. Nodes are as wide as the mean of both shares, so that removed ones stay visible. */
export interface DiffModel extends NamedTree, DiffTree {
  /** Per node, in the norm's measure. */
  readonly change: (node: number) => Change;
  /** By self, what was inlined into a function on both sides is the function's own. */
  readonly functionChanges: (by: 'self' | 'total') => FunctionChange[];
}

export interface FunctionChange extends Change {
  readonly function: number;
  readonly name: string;
}

/** 1.96 standard deviations: 95 % of what chance does. */
const Z = 1.96;

/**
 * Compares a value of each side. Samples are counts of independent events, so a side's count varies like a Poisson
 * variable: shares are compared as two proportions of one pool, the other norms as two scaled counts.
 */
export function compareValues(norm: Norm, a: number, b: number, sideA: Whole, sideB: Whole): Change {
  const measureA = a * sideA.factor;
  const measureB = b * sideB.factor;
  const sum = measureA + measureB;
  const countA = sideA.total > 0 ? (a / sideA.total) * sideA.samples : 0;
  const countB = sideB.total > 0 ? (b / sideB.total) * sideB.samples : 0;
  let variance: number;
  if (norm === 'share') {
    const pool = (countA + countB) / Math.max(1, sideA.samples + sideB.samples);
    variance = pool * (1 - pool) * (1 / Math.max(1, sideA.samples) + 1 / Math.max(1, sideB.samples));
  } else {
    const perSample = (side: Whole) => (side.samples > 0 ? (side.total * side.factor) / side.samples : 0);
    variance = perSample(sideA) ** 2 * countA + perSample(sideB) ** 2 * countB;
  }
  return {
    a: measureA,
    b: measureB,
    score: sum > 0 ? (measureB - measureA) / sum : 0,
    withinNoise: Math.abs(measureB - measureA) <= Z * Math.sqrt(variance),
  };
}

/** A side as a whole, and what turns its values into the norm's measure. */
export interface Whole {
  readonly total: number;
  readonly samples: number;
  readonly factor: number;
}

export function wholeOf(norm: Norm, total: number, side: DiffSide): Whole {
  const seconds = Math.max(side.seconds, 1e-9);
  const factor =
    norm === 'share'
      ? total > 0
        ? 1 / total
        : 0
      : norm === 'rate'
        ? 1 / seconds / Math.max(1, side.instances)
        : 1 / seconds;
  return { total, samples: side.samples, factor };
}

/** Everything that is drawn and listed of a diff tree. */
export function modelDiff(tree: DiffTree, norm: Norm, sideA: DiffSide, sideB: DiffSide): DiffModel {
  const wholeA = wholeOf(norm, tree.totalA[0]!, sideA);
  const wholeB = wholeOf(norm, tree.totalB[0]!, sideB);
  const { functions, depth } = tree;
  const layout = layoutColumns(depth, meanShares(tree.totalA, tree.totalB));
  return {
    ...tree,
    ...layout,
    change: (node) => compareValues(norm, tree.totalA[node]!, tree.totalB[node]!, wholeA, wholeB),
    functionChanges: (by) => {
      const ownOf = (self: Float64Array) => withInlined(layout.parent, tree.inlined, self);
      const rows = { functions, depth, function: tree.function };
      const a = functionTotals({ ...rows, self: ownOf(tree.selfA), total: tree.totalA });
      const b = functionTotals({ ...rows, self: ownOf(tree.selfB), total: tree.totalB });
      return functions.name.flatMap((name, row) =>
        a.total[row]! + b.total[row]! === 0
          ? []
          : [{ function: row, name, ...compareValues(norm, a[by][row]!, b[by][row]!, wholeA, wholeB) }],
      );
    },
  };
}

/**
 * Selfs with those of inlined calls given to the function whose code they are: what is inlined everywhere, such as a vector's
 * `operator[]`, would else be the one thing that changes, and not the function that uses it more.
 */
function withInlined(parent: Int32Array, inlined: Uint8Array, self: Float64Array): Float64Array {
  const own = Float64Array.from(self);
  for (let node = own.length - 1; node > 0; node--) {
    if (inlined[node] === 0) continue;
    own[parent[node]!]! += own[node]!;
    own[node] = 0;
  }
  return own;
}

/** The smallest change of a part worth `share` of both sides that is more than noise, in the norm's measure. */
export function noiseFloor(norm: Norm, share: number, tree: DiffTree, sideA: DiffSide, sideB: DiffSide): number {
  if (norm === 'share') {
    const each = 1 / Math.max(1, sideA.samples) + 1 / Math.max(1, sideB.samples);
    return Z * Math.sqrt(share * (1 - share) * each);
  }
  const variance = (total: number, side: DiffSide) =>
    (total * wholeOf(norm, total, side).factor) ** 2 * (share / Math.max(1, side.samples));
  return Z * Math.sqrt(variance(tree.totalA[0]!, sideA) + variance(tree.totalB[0]!, sideB));
}

/** Half of the 95 % interval of B − A, in the measure of `absolute`. */
export function totalChangeError(tree: DiffTree, sideA: DiffSide, sideB: DiffSide): number {
  const perSecond = (total: number, side: DiffSide) => total / Math.max(side.seconds, 1e-9);
  const a = perSecond(tree.totalA[0]!, sideA);
  const b = perSecond(tree.totalB[0]!, sideB);
  return Z * Math.sqrt(a ** 2 / Math.max(1, sideA.samples) + b ** 2 / Math.max(1, sideB.samples));
}
