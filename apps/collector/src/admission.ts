import { CollectorError } from './collector-error.ts';

/** Bodies held at a time; of batches and profiles as they came, since one at a time is unpacked. */
const HELD_BYTES_MOST = 512 << 20;
const REQUESTS_MOST = 64;

/** What one request holds of the collector's memory; given back when the request is over. */
export interface Held {
  /** Throws CollectorError `BUSY` when all requests together would hold too much. */
  take(bytes: number): void;
}

/** Holds the collector's memory bounded: counts what requests hold and asks the rest to come back. */
export class Admission {
  #bytes = 0;
  #requests = 0;

  /** Throws CollectorError `BUSY` when too much is under way. A request that is alone is never refused. */
  async run<T>(work: (held: Held) => Promise<T>): Promise<T> {
    if (this.#requests >= REQUESTS_MOST) throw this.#busy();
    let own = 0;
    const take = (bytes: number) => {
      if (this.#bytes + bytes > HELD_BYTES_MOST && this.#bytes > own) throw this.#busy();
      own += bytes;
      this.#bytes += bytes;
    };
    this.#requests += 1;
    try {
      return await work({ take });
    } finally {
      this.#bytes -= own;
      this.#requests -= 1;
    }
  }

  #busy(): CollectorError {
    return new CollectorError(
      'BUSY',
      `The collector is busy with ${this.#requests} other requests; try again in a second.`,
    );
  }
}
