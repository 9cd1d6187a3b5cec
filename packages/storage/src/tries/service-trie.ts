import type { Frame, StackTrie } from '@strata/profile';
import { IdTable } from '../id-table.ts';

/** About what a frame's objects and strings take; there is no cheap way to know. */
const FRAME_BYTES = 240;
const NODE_ROW_BYTES = 32;

/**
 * All stacks of a service as one growing trie in typed arrays; row `i` is the node `ids` has at `i`. Rows are only
 * ever added, so what was handed out stays true.
 */
export class ServiceTrie {
  readonly ids = new IdTable();
  readonly frames: Frame[] = [];
  /** The server's clock, in ms, of the newest row loaded; 0 before the first. */
  newest = 0;
  readonly #frameIds = new IdTable();
  #parent = new Int32Array(1024);
  #frame = new Uint32Array(1024);

  get byteLength(): number {
    const arrays = this.ids.byteLength + this.#frameIds.byteLength + this.#parent.byteLength + this.#frame.byteLength;
    return arrays + this.frames.length * FRAME_BYTES;
  }

  addFrame(low: number, high: number, frame: () => Frame): void {
    if (this.#frameIds.add(low, high) === this.frames.length) this.frames.push(frame());
  }

  /**
   * Rows of (id, parent, frame: UInt64, seen: Float64), parents first. A node whose parent or frame is not here yet is
   * left out: its writer is still at work, and samples of it come after.
   */
  addNodes(rows: Uint8Array): void {
    const halves = new Uint32Array(rows.buffer, rows.byteOffset, rows.length / 4);
    const doubles = new Float64Array(rows.buffer, rows.byteOffset, rows.length / 8);
    for (let at = 0; at < halves.length; at += NODE_ROW_BYTES / 4) {
      const parentLow = halves[at + 2]!;
      const parentHigh = halves[at + 3]!;
      const parent = parentLow === 0 && parentHigh === 0 ? -1 : this.ids.find(parentLow, parentHigh);
      const frame = this.#frameIds.find(halves[at + 4]!, halves[at + 5]!);
      if ((parent < 0 && (parentLow !== 0 || parentHigh !== 0)) || frame < 0) continue;
      const row = this.ids.size;
      if (this.ids.add(halves[at]!, halves[at + 1]!) !== row) continue;
      if (row === this.#parent.length) this.#grow();
      this.#parent[row] = parent;
      this.#frame[row] = frame;
      this.newest = Math.max(this.newest, doubles[at / 2 + 3]!);
    }
  }

  /** The trie as it is now. */
  stacks(): StackTrie {
    const size = this.ids.size;
    return {
      frames: this.frames.slice(),
      parent: this.#parent.subarray(0, size),
      frame: this.#frame.subarray(0, size),
    };
  }

  #grow(): void {
    const parent = new Int32Array(this.#parent.length * 2);
    const frame = new Uint32Array(this.#parent.length * 2);
    parent.set(this.#parent);
    frame.set(this.#frame);
    this.#parent = parent;
    this.#frame = frame;
  }
}
