import { xxh3 } from '@node-rs/xxhash';
import type { Frame, Source, Workload } from '@strata/profile';

/** xxh3-64 of each frame: of (build ID, address), or of (kind, function, file, line). */
export function frameId(frame: Frame): bigint {
  return frame.kind === 'native'
    ? hash(['native', frame.mapping.buildId, frame.address])
    : hash([frame.kind, frame.function, frame.file, frame.line]);
}

export function workloadId(workload: Workload): bigint {
  const { service, version, environment, namespace, cluster, labels } = workload;
  return hash([service, version, environment, namespace, cluster, sorted(labels)]);
}

export function sourceId(source: Source): bigint {
  const { host, pod, container, process, thread, labels } = source;
  return hash([host, pod, container, process, thread, sorted(labels)]);
}

export function serviceId(service: string): bigint {
  return hash([service]);
}

/** xxh3-64 of (parent node, frame), both little-endian; the parent of a root is 0. Reuses one buffer. */
export class NodeHasher {
  readonly #ids = new BigUint64Array(2);
  readonly #bytes = new Uint8Array(this.#ids.buffer);

  id(parent: bigint, frame: bigint): bigint {
    this.#ids[0] = parent;
    this.#ids[1] = frame;
    return xxh3.xxh64(this.#bytes);
  }
}

/** JSON of a list is unambiguous, whatever stands in the strings. */
function hash(content: readonly unknown[]): bigint {
  return xxh3.xxh64(JSON.stringify(content));
}

function sorted(labels: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
