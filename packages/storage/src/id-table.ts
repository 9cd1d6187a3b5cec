/**
 * 64-bit ids to rows 0, 1, 2 … in the order they were added: open addressing with linear probing over halves of ids, since
 * a Map of bigints costs ten times the memory. Ids are hashes, so their own low bits are the hash.
 */
export class IdTable {
  #size = 0;
  #low = new Uint32Array(1024);
  #high = new Uint32Array(1024);
  /** Row + 1 per slot, 0 when free; at most half of the slots are taken. */
  #slots = new Int32Array(2048);

  get size(): number {
    return this.#size;
  }

  get byteLength(): number {
    return this.#low.byteLength * 2 + this.#slots.byteLength;
  }

  /** −1 when it is not there. */
  find(low: number, high: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const row = this.#slots[slot]! - 1;
      if (row < 0 || (this.#low[row] === low >>> 0 && this.#high[row] === high >>> 0)) return row;
    }
  }

  /** The row of the id, old or new; `size` has grown when it is new. */
  add(low: number, high: number): number {
    const known = this.find(low, high);
    if (known >= 0) return known;
    if (this.#size === this.#low.length) this.#grow();
    const row = this.#size++;
    this.#low[row] = low;
    this.#high[row] = high;
    this.#place(row);
    return row;
  }

  low(row: number): number {
    return this.#low[row]!;
  }

  high(row: number): number {
    return this.#high[row]!;
  }

  #place(row: number): void {
    const mask = this.#slots.length - 1;
    let slot = this.#low[row]! & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = row + 1;
  }

  #grow(): void {
    this.#low = doubled(this.#low);
    this.#high = doubled(this.#high);
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let row = 0; row < this.#size; row++) this.#place(row);
  }
}

function doubled(array: Uint32Array): Uint32Array<ArrayBuffer> {
  const grown = new Uint32Array(array.length * 2);
  grown.set(array);
  return grown;
}
