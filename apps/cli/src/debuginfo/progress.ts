import type { WriteStream } from 'node:tty';

const EVERY_MS = 200;
const MIB = 1 << 20;

/** One line on a terminal that says how far an upload is; nothing where nobody looks on. */
export class Progress {
  #stream: WriteStream;
  #shownAtMs = Number.NEGATIVE_INFINITY;

  constructor(stream: WriteStream) {
    this.#stream = stream;
  }

  show(path: string, bytes: number, of: number): void {
    const now = performance.now();
    if (!this.#stream.isTTY || (now - this.#shownAtMs < EVERY_MS && bytes < of)) return;
    this.#shownAtMs = now;
    const line = `${((100 * bytes) / of).toFixed(0).padStart(3)} % of ${(of / MIB).toFixed(1)} MiB  ${path}`;
    this.#stream.write(`\r\x1b[2K${line.slice(0, this.#stream.columns - 1)}`);
  }

  /** Makes room for a line of the answer. */
  clear(): void {
    if (this.#stream.isTTY) this.#stream.write('\r\x1b[2K');
  }
}
