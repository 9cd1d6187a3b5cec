import type { FlameLayout } from './flame-layout.ts';

export type TreeStep = 'parent' | 'child' | 'next' | 'previous' | 'first' | 'last';

/** First child, which is the largest, or −1. */
export function firstChild(layout: FlameLayout, node: number): number {
  return node + 1 < layout.end[node]! ? node + 1 : -1;
}

/** Siblings of the node, itself included, in order. */
export function siblings(layout: FlameLayout, node: number): number[] {
  const parent = layout.parent[node]!;
  if (parent < 0) return [node];
  const found: number[] = [];
  for (let at = parent + 1; at < layout.end[parent]!; at = layout.end[at]!) found.push(at);
  return found;
}

/** The node one step away, never outside the subtree of `top`; the node itself when there is nothing that way. */
export function stepFrom(layout: FlameLayout, node: number, step: TreeStep, top: number): number {
  if (step === 'child') return Math.max(firstChild(layout, node), node);
  if (node === top) return node;
  const parent = layout.parent[node]!;
  if (step === 'parent') return parent;
  if (step === 'first') return parent + 1;
  if (step === 'next') return layout.end[node]! < layout.end[parent]! ? layout.end[node]! : node;
  const all = siblings(layout, node);
  if (step === 'last') return all[all.length - 1]!;
  return all[Math.max(0, all.indexOf(node) - 1)]!;
}

/** Nodes whose camera shows both: the deepest common ancestor. */
export function commonAncestor(layout: FlameLayout, a: number, b: number): number {
  let at = a;
  while (!(at <= b && b < layout.end[at]!)) at = layout.parent[at]!;
  return at;
}
