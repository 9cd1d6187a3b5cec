import { CollectorError } from './collector-error.ts';

/** Bodies being worked on at a time, in bytes as announced; beyond it a sender is asked to come back. */
const IN_FLIGHT_BYTES_MOST = 256 << 20;
const IN_FLIGHT_REQUESTS_MOST = 64;
/** A body grows when unpacked; this much is reckoned for one whose length was not announced. */
const UNANNOUNCED_BYTES = 1 << 20;

/** Holds the collector's memory bounded: counts what is being worked on and refuses the rest politely. */
export class Admission {
  #bytes = 0;
  #requests = 0;

  get requests(): number {
    return this.#requests;
  }

  /** Throws CollectorError `BUSY` when too much is under way. */
  async run<T>(contentLength: number | undefined, work: () => Promise<T>): Promise<T> {
    const bytes = contentLength ?? UNANNOUNCED_BYTES;
    if (
      this.#requests >= IN_FLIGHT_REQUESTS_MOST ||
      (this.#requests > 0 && this.#bytes + bytes > IN_FLIGHT_BYTES_MOST)
    ) {
      throw new CollectorError(
        'BUSY',
        `The collector is busy with ${this.#requests} other requests; try again in a second.`,
      );
    }
    this.#bytes += bytes;
    this.#requests += 1;
    try {
      return await work();
    } finally {
      this.#bytes -= bytes;
      this.#requests -= 1;
    }
  }
}
