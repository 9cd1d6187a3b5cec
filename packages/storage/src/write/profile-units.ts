import type { Batch } from '@strata/profile';
import type { Connection } from '../connection.ts';
import { StorageError } from '../errors.ts';
import { RowBinaryWriter } from '../row-binary.ts';

const COLUMNS = 'service, name, unit';

/** Holds each service to one unit per profile type: sums over two units would mean nothing. */
export class ProfileUnits {
  readonly #connection: Connection;
  /** Unit by service and name, surely stored. */
  #stored = new Map<string, string>();
  #since = performance.now();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Throws StorageError UNIT_CONFLICT when a service of the batch has one of its types in another unit. */
  async store(batch: Batch): Promise<void> {
    // Rows expire in storage when they are not written again.
    if (performance.now() - this.#since > 24 * 3600 * 1000) {
      this.#stored = new Map();
      this.#since = performance.now();
    }
    const unknown = new Map<string, { service: string; name: string; unit: string }>();
    const { workload, profileType } = batch.samples;
    for (let row = 0; row < workload.length; row++) {
      const { service } = batch.workloads[workload[row]!]!;
      const { name, unit } = batch.profileTypes[profileType[row]!]!;
      const key = JSON.stringify([service, name]);
      const stored = this.#stored.get(key) ?? unknown.get(key)?.unit;
      if (stored === undefined) unknown.set(key, { service, name, unit });
      else check(service, name, stored, unit);
    }
    if (unknown.size === 0) return;
    const services = [...new Set([...unknown.values()].map(({ service }) => service))];
    const rows = await this.#connection.rows<{ service: string; name: string; unit: string }>(
      `SELECT service, name, any(unit) AS unit FROM ${this.#connection.database}.profile_types
       WHERE service IN {services:Array(String)} GROUP BY service, name`,
      { doing: 'reading profile types', parameters: { services } },
    );
    for (const { service, name, unit } of rows) {
      const asked = unknown.get(JSON.stringify([service, name]));
      if (asked) check(service, name, unit, asked.unit);
    }
    const writer = new RowBinaryWriter();
    for (const { service, name, unit } of unknown.values()) {
      writer.string(service);
      writer.string(name);
      writer.string(unit);
      writer.endRow();
    }
    await this.#connection.insert('profile_types', COLUMNS, writer, { doing: 'writing profile types' });
    for (const [key, { unit }] of unknown) this.#stored.set(key, unit);
  }
}

function check(service: string, name: string, stored: string, given: string): void {
  if (stored === given) return;
  throw new StorageError(
    'UNIT_CONFLICT',
    `The profile type ${name} of service ${service} is stored in ${stored}, not in ${given}: send it under another name.`,
  );
}
