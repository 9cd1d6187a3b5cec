import type { NamedTree } from './flame-layout.ts';

/** What a typed pattern means; the error is a sentence for the user. */
export type Pattern = { readonly regex: RegExp } | { readonly error: string } | null;

/** Lower case finds both cases, as in ripgrep's smart case. */
export function readPattern(text: string): Pattern {
  if (text === '') return null;
  try {
    return { regex: new RegExp(text, /\p{Lu}/u.test(text) ? 'u' : 'iu') };
  } catch (cause) {
    const reason = (cause as Error).message
      .replace(/^Invalid regular expression: /, '')
      .replace(/^\/.*\/[a-z]*: /s, '');
    return { error: `Not a regular expression: ${reason.charAt(0).toLowerCase()}${reason.slice(1)}` };
  }
}

/** Functions found, and whether any of the nodes `first … first + count − 1` is one of them. */
export interface Found {
  readonly functions: Uint8Array;
  readonly within: (first: number, count: number) => boolean;
}

/** Everything a search found in a tree. */
export interface SearchResult extends Found {
  /** Nodes found, in preorder. */
  readonly nodes: Uint32Array;
  /** Their total in units of width; what lies below another match counts once. */
  readonly total: number;
}

/** Finds nodes by the name of their function; the root is no match. */
export function searchTree(tree: NamedTree, regex: RegExp): SearchResult {
  const functions = Uint8Array.from(tree.functions.name, (name) => (regex.test(name) ? 1 : 0));
  const size = tree.depth.length;
  const before = new Uint32Array(size + 1);
  let total = 0;
  let covered = 0;
  for (let node = 1; node < size; node++) {
    const matches = functions[tree.function[node]!]!;
    before[node + 1] = before[node]! + matches;
    if (matches === 1 && node >= covered) {
      total += tree.width[node]!;
      covered = tree.end[node]!;
    }
  }
  const nodes = new Uint32Array(before[size] ?? 0);
  for (let node = 1; node < size; node++) if (before[node + 1]! > before[node]!) nodes[before[node]!] = node;
  return { functions, within: (first, count) => before[first + count]! > before[first]!, nodes, total };
}

/** The match after (or before) a node, around the end; −1 when there is none. */
export function nextMatch(found: SearchResult, node: number, direction: 1 | -1): number {
  const { nodes } = found;
  if (nodes.length === 0) return -1;
  if (direction === 1) return nodes.find((at) => at > node) ?? nodes[0]!;
  return nodes.findLast((at) => at < node) ?? nodes[nodes.length - 1]!;
}
