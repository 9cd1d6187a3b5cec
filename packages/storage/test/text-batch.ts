import type { Batch, Frame, ProfileType, Source, UnixMs, Workload } from '@strata/profile';

const CPU: ProfileType = { name: 'cpu', unit: 'nanoseconds' };

/** A sample as tests write it: stack root first, such as `main;parse;read`. */
export interface TextSample {
  readonly stack: string;
  readonly value: number;
  readonly count?: number;
  readonly type?: ProfileType;
  readonly workload?: Partial<Workload>;
  readonly source?: Partial<Source>;
}

/** A batch of ten seconds that starts at `from` (seconds). A frame `gnu:ab12@4096` is native. */
export function textBatch(from: number, samples: readonly TextSample[]): Batch {
  const frames = new Interned<Frame>();
  const nodes = new Interned<{ parent: number; frame: number }>();
  const types = new Interned<ProfileType>();
  const workloads = new Interned<Workload>();
  const sources = new Interned<Source>();
  const leafOf = (stack: string) =>
    stack.split(';').reduce((parent, name) => nodes.add({ parent, frame: frames.add(frameOf(name)) }), -1);
  const rows = samples.map((sample) => ({
    profileType: types.add(sample.type ?? CPU),
    workload: workloads.add({
      service: 'shop',
      version: '1',
      environment: '',
      namespace: '',
      cluster: '',
      labels: {},
      ...sample.workload,
    }),
    source: sources.add({
      host: 'host-1',
      pod: '',
      container: '',
      process: 'shop',
      thread: 'main',
      labels: {},
      ...sample.source,
    }),
    node: leafOf(sample.stack),
  }));
  return {
    from: (from * 1000) as UnixMs,
    to: ((from + 10) * 1000) as UnixMs,
    profileTypes: types.values,
    workloads: workloads.values,
    sources: sources.values,
    stacks: {
      frames: frames.values,
      parent: Int32Array.from(nodes.values, ({ parent }) => parent),
      frame: Uint32Array.from(nodes.values, ({ frame }) => frame),
    },
    samples: {
      profileType: Uint8Array.from(rows, (row) => row.profileType),
      workload: Uint32Array.from(rows, (row) => row.workload),
      source: Uint32Array.from(rows, (row) => row.source),
      node: Uint32Array.from(rows, (row) => row.node),
      value: Float64Array.from(samples, ({ value }) => value),
      count: Uint32Array.from(samples, ({ count }) => count ?? 1),
    },
  };
}

function frameOf(name: string): Frame {
  const [, buildId, address] = /^(gnu:[a-f0-9]+)@(\d+)$/.exec(name) ?? [];
  if (!buildId) return { kind: 'symbolized', function: name, file: `${name}.c`, line: 7 };
  return { kind: 'native', mapping: { buildId, file: '/usr/bin/shop' }, address: Number(address) } as Frame;
}

class Interned<Value> {
  readonly values: Value[] = [];
  readonly #rows = new Map<string, number>();

  add(value: Value): number {
    const key = JSON.stringify(value);
    const row = this.#rows.get(key) ?? this.values.push(value) - 1;
    this.#rows.set(key, row);
    return row;
  }
}
