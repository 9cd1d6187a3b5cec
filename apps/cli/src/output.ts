import type { Writable } from 'node:stream';
import { CommandError } from './command.ts';

/** Standard output. What is written waits until it is taken, so that an endless answer needs no endless memory. */
export class Output {
  #stream: Writable;
  #failure: NodeJS.ErrnoException | null = null;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on('error', (error) => {
      this.#failure ??= error;
    });
  }

  /** Throws CommandError when it cannot be written, and ReaderGone when nobody reads on. */
  async write(text: string): Promise<void> {
    await new Promise<void>((resolve) => this.#stream.write(text, () => resolve()));
    if (this.#failure?.code === 'EPIPE') throw new ReaderGone();
    if (this.#failure) throw new CommandError(`The answer cannot be written: ${this.#failure.message}.`);
  }
}

/** As with `strata … | head`: no failure, but nothing more to do. */
export class ReaderGone extends Error {
  override readonly name = 'ReaderGone';
}
