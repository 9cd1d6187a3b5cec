import { IdTable } from '../id-table.ts';

/** Rows expire in storage when they were not written for longer; a day leaves much room. */
const RENEW_AFTER_MS = 24 * 3600 * 1000;
const MOST_NODES = 4_000_000;

/** Ids of rows that are surely stored, so that they need not be written again today. */
export class KnownRows {
  readonly workloads = new IdTable();
  readonly sources = new IdTable();
  readonly frames = new IdTable();
  /** Node ids XOR the id of the service, since nodes are stored by service. */
  readonly nodes = new IdTable();
  readonly #since = performance.now();

  /** This, or an empty one when this is a day old or takes too much memory. */
  current(): KnownRows {
    const spent = performance.now() - this.#since > RENEW_AFTER_MS || this.nodes.size > MOST_NODES;
    return spent ? new KnownRows() : this;
  }
}

export function lowHalf(id: bigint): number {
  return Number(id & 0xffff_ffffn);
}

export function highHalf(id: bigint): number {
  return Number(id >> 32n);
}
