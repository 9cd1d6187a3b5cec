import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

export const SPOOL_BYTES_MOST = 256 << 20;
/** Held in memory when the disk takes nothing more. */
const MEMORY_BYTES_MOST = 8 << 20;

/** A batch that waits. Its file says in its name all that is needed to trust its content. */
export interface Waiting {
  readonly sequence: number;
  readonly samples: number;
  readonly bytes: number;
  readonly checksum: number;
  /** Set when it could not be written: it waits in memory. */
  readonly content: Buffer | null;
}

const NAME = /^(\d{12})-(\d+)-(\d+)-([0-9a-f]{8})\.batch$/;

const nameOf = ({ sequence, samples, bytes, checksum }: Waiting) =>
  `${String(sequence).padStart(12, '0')}-${samples}-${bytes}-${checksum.toString(16).padStart(8, '0')}.batch`;

function parseName(name: string): Waiting | null {
  const fields = NAME.exec(name);
  if (!fields) return null;
  const [sequence, samples, bytes] = fields.slice(1, 4).map(Number) as [number, number, number];
  return { sequence, samples, bytes, checksum: Number.parseInt(fields[4]!, 16), content: null };
}

/**
 * Batches in the order they were made, one file each, within a budget of bytes: the oldest goes first, and is counted.
 * A file appears whole by a rename; one that a crash of the machine tore does not match its checksum and is dropped.
 */
export class Spool {
  readonly counters = { droppedBatches: 0, droppedSamples: 0 };
  #folder: string;
  #bytesMost: number;
  #waiting: Waiting[];
  #bytes: number;
  #nextSequence: number;
  /** The one being sent now is not dropped under the sender's hands. */
  #held: Waiting | null = null;

  /** Takes up what an earlier run left in the folder. Throws when the folder cannot be made or read. */
  constructor(folder: string, bytesMost = SPOOL_BYTES_MOST) {
    this.#folder = folder;
    this.#bytesMost = bytesMost;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const names = readdirSync(folder);
    for (const name of names.filter((each) => parseName(each) === null)) rmSync(join(folder, name), { force: true });
    this.#waiting = names
      .map(parseName)
      .filter((each) => each !== null)
      .sort((a, b) => a.sequence - b.sequence);
    this.#bytes = this.#waiting.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#nextSequence = (this.#waiting.at(-1)?.sequence ?? 0) + 1;
    this.#makeRoom();
  }

  get bytes(): number {
    return this.#bytes;
  }

  get length(): number {
    return this.#waiting.length;
  }

  /** Appends a batch of so many samples. */
  add(content: Buffer, samples: number): void {
    const entry = { sequence: this.#nextSequence++, samples, bytes: content.length, checksum: crc32(content) };
    const written = { ...entry, content: null };
    const file = join(this.#folder, nameOf(written));
    try {
      writeFileSync(`${file}.part`, content, { mode: 0o600 });
      renameSync(`${file}.part`, file);
      this.#waiting.push(written);
    } catch {
      // A full disk must not cost the samples of this moment as long as memory has room for them.
      rmSync(`${file}.part`, { force: true });
      this.#waiting.push({ ...entry, content });
    }
    this.#bytes += content.length;
    this.#makeRoom();
  }

  /** The oldest batch with its content, held until `remove` or `release`; null when none waits. */
  take(): { readonly entry: Waiting; readonly content: Buffer } | null {
    for (let entry = this.#waiting[0]; entry; entry = this.#waiting[0]) {
      const content = this.#read(entry);
      if (content) {
        this.#held = entry;
        return { entry, content };
      }
      this.#drop(entry);
    }
    return null;
  }

  /** It waits on. */
  release(): void {
    this.#held = null;
    this.#makeRoom();
  }

  /** It has arrived, or was refused for good. */
  remove(entry: Waiting): void {
    if (this.#held === entry) this.#held = null;
    this.#waiting = this.#waiting.filter((each) => each !== entry);
    this.#bytes -= entry.bytes;
    if (entry.content === null) rmSync(join(this.#folder, nameOf(entry)), { force: true });
  }

  #read(entry: Waiting): Buffer | null {
    if (entry.content) return entry.content;
    try {
      const content = readFileSync(join(this.#folder, nameOf(entry)));
      return content.length === entry.bytes && crc32(content) === entry.checksum ? content : null;
    } catch {
      return null;
    }
  }

  #makeRoom(): void {
    const inMemory = () => this.#waiting.filter(({ content }) => content !== null);
    const memoryBytes = () => inMemory().reduce((sum, { bytes }) => sum + bytes, 0);
    const oldest = (entries: readonly Waiting[]) => entries.find((entry) => entry !== this.#held);
    for (let entry = oldest(this.#waiting); this.#bytes > this.#bytesMost && entry; entry = oldest(this.#waiting)) {
      this.#drop(entry);
    }
    for (let entry = oldest(inMemory()); memoryBytes() > MEMORY_BYTES_MOST && entry; entry = oldest(inMemory())) {
      this.#drop(entry);
    }
  }

  #drop(entry: Waiting): void {
    this.remove(entry);
    this.counters.droppedBatches++;
    this.counters.droppedSamples += entry.samples;
  }
}
