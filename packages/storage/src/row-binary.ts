/**
 * ClickHouse's RowBinary: values without names or separators, little-endian, strings and maps led by a LEB128 length.
 * https://clickhouse.com/docs/interfaces/formats/RowBinary
 */
export class RowBinaryWriter {
  rows = 0;
  #bytes = Buffer.allocUnsafe(16_384);
  #length = 0;

  /** A view of what was written; do not write on while it is in use. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  endRow(): void {
    this.rows++;
  }

  uint8(value: number): void {
    this.#room(1);
    this.#length = this.#bytes.writeUInt8(value, this.#length);
  }

  uint16(value: number): void {
    this.#room(2);
    this.#length = this.#bytes.writeUInt16LE(value, this.#length);
  }

  uint32(value: number): void {
    this.#room(4);
    this.#length = this.#bytes.writeUInt32LE(value, this.#length);
  }

  /** A whole number below 2^53. */
  uint64(value: number): void {
    this.#room(8);
    this.#bytes.writeUInt32LE(value % 2 ** 32, this.#length);
    this.#length = this.#bytes.writeUInt32LE(Math.floor(value / 2 ** 32), this.#length + 4);
  }

  /** An id: its low and high 32 bits. */
  id(low: number, high: number): void {
    this.#room(8);
    this.#bytes.writeUInt32LE(low, this.#length);
    this.#length = this.#bytes.writeUInt32LE(high, this.#length + 4);
  }

  /** Also DateTime64(3) as milliseconds. */
  int64(value: bigint): void {
    this.#room(8);
    this.#length = this.#bytes.writeBigInt64LE(value, this.#length);
  }

  float64(value: number): void {
    this.#room(8);
    this.#length = this.#bytes.writeDoubleLE(value, this.#length);
  }

  string(value: string | Uint8Array): void {
    const length = typeof value === 'string' ? Buffer.byteLength(value) : value.length;
    this.#varint(length);
    this.#room(length);
    if (typeof value === 'string') this.#bytes.write(value, this.#length);
    else this.#bytes.set(value, this.#length);
    this.#length += length;
  }

  /** Array(String). */
  strings(values: readonly string[]): void {
    this.#varint(values.length);
    for (const value of values) this.string(value);
  }

  /** Map(String, String). */
  labels(value: Readonly<Record<string, string>>): void {
    const entries = Object.entries(value);
    this.#varint(entries.length);
    for (const [name, text] of entries) {
      this.string(name);
      this.string(text);
    }
  }

  /** Map(String, Float64). */
  numbers(value: Readonly<Record<string, number>>): void {
    const entries = Object.entries(value);
    this.#varint(entries.length);
    for (const [name, number] of entries) {
      this.string(name);
      this.float64(number);
    }
  }

  #varint(value: number): void {
    let rest = value;
    while (rest > 127) {
      this.uint8((rest & 127) | 128);
      rest >>>= 7;
    }
    this.uint8(rest);
  }

  #room(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + bytes));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

/** Reads rows in the order their columns were selected. */
export class RowBinaryReader {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.#offset >= this.#bytes.length;
  }

  uint8(): number {
    return this.#bytes.readUInt8(this.#offset++);
  }

  uint32(): number {
    this.#offset += 4;
    return this.#bytes.readUInt32LE(this.#offset - 4);
  }

  /** Of 64 bits, exact below 2^53. */
  uint64(): number {
    const low = this.uint32();
    return low + this.uint32() * 2 ** 32;
  }

  float64(): number {
    this.#offset += 8;
    return this.#bytes.readDoubleLE(this.#offset - 8);
  }

  string(): string {
    const length = this.#varint();
    this.#offset += length;
    return this.#bytes.toString('utf8', this.#offset - length, this.#offset);
  }

  /** A String column that holds bytes; a copy. */
  blob(): Uint8Array {
    const length = this.#varint();
    this.#offset += length;
    return new Uint8Array(this.#bytes.subarray(this.#offset - length, this.#offset));
  }

  #varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.uint8();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }
}
