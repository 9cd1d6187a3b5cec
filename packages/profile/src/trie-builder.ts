import type { Frame, Mapping, StackTrie } from './model.ts';

const NODES_AT_FIRST = 256;
/** Share of slots in use at which the node table doubles: probes stay short. */
const FULL = 0.6;

/** Grows a StackTrie: interns frames and nodes, so that a stack that comes again gets the node it had. */
export class TrieBuilder {
  #frames: Frame[] = [];
  #frameOf = new Map<string, number>();
  #texts = new Map<string, number>();
  #mappings = new Map<string, Mapping>();
  #nodes = 0;
  #parent = new Int32Array(NODES_AT_FIRST);
  #frame = new Uint32Array(NODES_AT_FIRST);
  #depth = new Uint16Array(NODES_AT_FIRST);
  /** Open addressing over (parent, frame); holds node + 1, so that 0 is a free slot. */
  #slots = new Int32Array(NODES_AT_FIRST * 2);

  get nodes(): number {
    return this.#nodes;
  }

  /** Row of the frame in `frames`. Frames are the same when all their fields are. */
  internFrame(frame: Frame): number {
    const key =
      frame.kind === 'native'
        ? `n${this.#text(frame.mapping.buildId)} ${frame.address}`
        : `${frame.kind[0]}${this.#text(frame.function)} ${this.#text(frame.file)} ${frame.line}`;
    const known = this.#frameOf.get(key);
    if (known !== undefined) return known;
    this.#frames.push(frame.kind === 'native' ? { ...frame, mapping: this.#internMapping(frame.mapping) } : frame);
    this.#frameOf.set(key, this.#frames.length - 1);
    return this.#frames.length - 1;
  }

  /** Node of the call of frame `frame` (a row) by node `parent`; −1 is the root. */
  child(parent: number, frame: number): number {
    const slot = this.#slotOf(parent, frame);
    const known = this.#slots[slot]! - 1;
    if (known >= 0) return known;
    if (this.#nodes === this.#parent.length) this.#growColumns();
    const node = this.#nodes++;
    this.#parent[node] = parent;
    this.#frame[node] = frame;
    this.#depth[node] = this.depthOf(parent) + 1;
    this.#slots[slot] = node + 1;
    if (this.#nodes > this.#slots.length * FULL) this.#growSlots();
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
    return {
      frames: this.#frames,
      parent: this.#parent.slice(0, this.#nodes),
      frame: this.#frame.slice(0, this.#nodes),
    };
  }

  /** The slot of the node, or the free one it belongs in. */
  #slotOf(parent: number, frame: number): number {
    const mask = this.#slots.length - 1;
    let slot = (Math.imul(parent + 1, 0x9e3779b1) ^ Math.imul(frame + 1, 0x85ebca6b)) >>> 0;
    slot = (slot ^ (slot >>> 15)) & mask;
    for (;;) {
      const node = this.#slots[slot]! - 1;
      if (node < 0 || (this.#parent[node] === parent && this.#frame[node] === frame)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #growColumns(): void {
    const size = this.#nodes * 2;
    const parent = new Int32Array(size);
    const frame = new Uint32Array(size);
    const depth = new Uint16Array(size);
    parent.set(this.#parent);
    frame.set(this.#frame);
    depth.set(this.#depth);
    this.#parent = parent;
    this.#frame = frame;
    this.#depth = depth;
  }

  #growSlots(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let node = 0; node < this.#nodes; node++)
      this.#slots[this.#slotOf(this.#parent[node]!, this.#frame[node]!)] = node + 1;
  }

  /** Keys hold numbers for texts, so that a long name costs its length once, not once a frame. */
  #text(text: string): number {
    let row = this.#texts.get(text);
    if (row === undefined) {
      row = this.#texts.size;
      this.#texts.set(text, row);
    }
    return row;
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
