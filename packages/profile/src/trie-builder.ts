import type { Frame, Mapping, StackTrie } from './model.ts';

/** Two frames are the same when their keys are. */
export function frameKey(frame: Frame): string {
  return frame.kind === 'native'
    ? `n\0${frame.mapping.buildId}\0${frame.address}`
    : `${frame.kind[0]}\0${frame.function}\0${frame.file}\0${frame.line}`;
}

/** Grows a StackTrie: interns frames and nodes, so that a stack that comes again gets the node it had. */
export class TrieBuilder {
  #frames: Frame[] = [];
  #frameOf = new Map<string, number>();
  #mappings = new Map<string, Mapping>();
  #parent: number[] = [];
  #frame: number[] = [];
  #depth: number[] = [];
  /** Per parent + 1: frame → node. */
  #children: Map<number, number>[] = [new Map()];

  get nodes(): number {
    return this.#parent.length;
  }

  /** Row of the frame in `frames`. */
  internFrame(frame: Frame): number {
    const key = frameKey(frame);
    const known = this.#frameOf.get(key);
    if (known !== undefined) return known;
    this.#frames.push(frame.kind === 'native' ? { ...frame, mapping: this.#internMapping(frame.mapping) } : frame);
    this.#frameOf.set(key, this.#frames.length - 1);
    return this.#frames.length - 1;
  }

  /** Node of the call of frame `frame` (a row) by node `parent`; −1 is the root. */
  child(parent: number, frame: number): number {
    const siblings = this.#children[parent + 1]!;
    const known = siblings.get(frame);
    if (known !== undefined) return known;
    const node = this.#parent.length;
    this.#parent.push(parent);
    this.#frame.push(frame);
    this.#depth.push(parent < 0 ? 1 : this.#depth[parent]! + 1);
    this.#children.push(new Map());
    siblings.set(frame, node);
    return node;
  }

  /** How many frames the stack of a node has. */
  depthOf(node: number): number {
    return node < 0 ? 0 : this.#depth[node]!;
  }

  /** Leaf node of a stack of frame rows, root first. Returns −1 for the empty stack. */
  addStack(rootFirst: Iterable<number>): number {
    let node = -1;
    for (const frame of rootFirst) node = this.child(node, frame);
    return node;
  }

  build(): StackTrie {
    return { frames: this.#frames, parent: Int32Array.from(this.#parent), frame: Uint32Array.from(this.#frame) };
  }

  #internMapping(mapping: Mapping): Mapping {
    const key = `${mapping.buildId}\0${mapping.file}`;
    const known = this.#mappings.get(key);
    if (known) return known;
    this.#mappings.set(key, mapping);
    return mapping;
  }
}

/** Frame rows of a node's stack, leaf first. */
export function* framesOf(trie: Pick<StackTrie, 'parent' | 'frame'>, leaf: number): Generator<number> {
  for (let node = leaf; node >= 0; node = trie.parent[node]!) yield trie.frame[node]!;
}
