import { create, toBinary } from '@bufbuild/protobuf';
import type { BatchWire } from '@strata/profile';
import type { Selection, Storage } from '@strata/storage';
import { ProfileSchema } from '../../../packages/profile/src/generated/pprof_pb.ts';

/** `main` calls `work`, `value` nanoseconds of cpu, a minute ago. */
const FIELDS = (value: number) => ({
  stringTable: ['', 'cpu', 'nanoseconds', 'main', 'work', 'shop.c'],
  sampleType: [{ type: 1n, unit: 2n }],
  function: [
    { id: 1n, name: 3n, filename: 5n },
    { id: 2n, name: 4n, filename: 5n },
  ],
  location: [
    { id: 1n, line: [{ functionId: 1n }] },
    { id: 2n, line: [{ functionId: 2n }] },
  ],
  sample: [{ locationId: [2n, 1n], value: [BigInt(value)] }],
  timeNanos: BigInt(Math.floor(Date.now() / 1000) - 60) * 1_000_000_000n,
  durationNanos: 10_000_000_000n,
});

type Bytes = Uint8Array<ArrayBuffer>;

/** The good pprof with some fields changed. */
export const pprofOf = (changes: object, value = 1): Bytes =>
  toBinary(ProfileSchema, create(ProfileSchema, { ...FIELDS(value), ...changes } as never));

export const goodPprof = (): Bytes => pprofOf({});

/** A good pprof unlike those with another value. */
export const pushed = (value: number): Bytes => pprofOf({}, value);

/** A batch as an agent sends it: one sample of 20 ms in a file without symbols. */
export function goodBatch(service: string, buildId = 'gnu:abcd'): BatchWire {
  const nowMs = Math.floor(Date.now() / 10_000) * 10_000;
  const source = { host: 'n1', pod: '', container: '', process: service, thread: 'main', labels: {} };
  const workload = { service, version: '1', environment: '', namespace: '', cluster: '', labels: {} };
  return {
    format: 1,
    fromMs: nowMs - 10_000,
    toMs: nowMs,
    profileTypes: [{ name: 'cpu', unit: 'nanoseconds' }],
    workloads: [workload],
    sources: [source],
    strings: [''],
    mappings: [{ buildId, file: `/bin/${service}` }],
    frames: { kind: [0], mapping: [0], address: [4096], function: [0], file: [0], line: [0] },
    stacks: { parent: [-1], frame: [0] },
    samples: { profileType: [0], workload: [0], source: [0], node: [0], value: [20_202_020], count: [2] },
  };
}

/** What is stored of a service's cpu time over the last day. */
export async function totalOf(storage: Storage, service: string): Promise<number> {
  const now = Math.floor(Date.now() / 1000);
  const selection = { from: now - 86_400, to: now + 60, service, profileType: 'cpu', versions: [], labels: [] };
  const { profile } = await storage.sumStacks(selection as unknown as Selection);
  return profile.value.reduce((sum, value) => sum + value, 0);
}
