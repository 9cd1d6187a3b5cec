import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Batch,
  type BuildId,
  decodeBatch,
  encodeBatch,
  type LookupAddress,
  ProfileError,
  TrieBuilder,
  type UnixMs,
} from '../src/index.ts';

const NOW = Date.UTC(2026, 0, 2);

function batch(): Batch {
  const builder = new TrieBuilder();
  const native = (address: number) =>
    builder.internFrame({
      kind: 'native',
      mapping: { buildId: 'gnu:abcd' as BuildId, file: '/bin/shop' },
      address: address as LookupAddress,
    });
  const main = builder.addStack([native(16), native(32)]);
  const kernel = builder.child(
    main,
    builder.internFrame({ kind: 'kernel', function: 'do_syscall_64', file: '[kernel]', line: 0 }),
  );
  return {
    from: (NOW - 10_000) as UnixMs,
    to: NOW as UnixMs,
    profileTypes: [{ name: 'cpu', unit: 'nanoseconds' }],
    workloads: [
      { service: 'shop', version: '1', environment: 'prod', namespace: '', cluster: '', labels: { team: 'pay' } },
    ],
    sources: [{ host: 'n1', pod: '', container: '', process: 'shop', thread: 'main', labels: {} }],
    stacks: builder.build(),
    samples: {
      profileType: Uint8Array.from([0, 0]),
      workload: Uint32Array.from([0, 0]),
      source: Uint32Array.from([0, 0]),
      node: Uint32Array.from([main, kernel]),
      value: Float64Array.from([20_202_020, 2 ** 53 - 1]),
      count: Uint32Array.from([2, 1]),
    },
  };
}

/** The error's code after `change` made a good batch bad. */
function refusal(change: (wire: ReturnType<typeof encodeBatch>) => void): string {
  const wire = structuredClone(encodeBatch(batch()));
  change(wire);
  try {
    decodeBatch(wire, NOW);
  } catch (error) {
    expect(error).toBeInstanceOf(ProfileError);
    expect((error as Error).message).toMatch(/^[^.]+\S*\.$|\.$/);
    return (error as ProfileError).code;
  }
  return 'accepted';
}

describe('a batch', () => {
  test('comes back as it went, through JSON', () => {
    expect(decodeBatch(JSON.parse(JSON.stringify(encodeBatch(batch()))), NOW)).toEqual(batch());
  });

  test.each<[string, string, (wire: ReturnType<typeof encodeBatch>) => void]>([
    ['another format', 'INVALID_BATCH', (w) => Object.assign(w, { format: 2 })],
    ['an unknown field', 'INVALID_BATCH', (w) => Object.assign(w, { extra: 1 })],
    ['columns of different lengths', 'INVALID_BATCH', (w) => w.samples.count.pop()],
    ['a sample of a node that is not there', 'INVALID_BATCH', (w) => (w.samples.node[0] = 99)],
    ['a frame of a mapping that is not there', 'INVALID_BATCH', (w) => (w.frames.mapping[0] = 5)],
    ['a parent behind its child', 'INVALID_BATCH', (w) => (w.stacks.parent[0] = 1)],
    ['a node that is its own parent', 'INVALID_BATCH', (w) => (w.stacks.parent[0] = 0)],
    ['a value beyond 2^53', 'INVALID_BATCH', (w) => (w.samples.value[0] = 2 ** 53)],
    ['a negative value', 'INVALID_BATCH', (w) => (w.samples.value[0] = -1)],
    ['a fraction', 'INVALID_BATCH', (w) => (w.samples.value[0] = 0.5)],
    [
      'a million texts for numbers',
      'INVALID_BATCH',
      (w) => Object.assign(w.samples, { node: new Array(1e6).fill('x') }),
    ],
    ['a million empty sources', 'INVALID_BATCH', (w) => Object.assign(w, { sources: new Array(1e6).fill({}) })],
    [
      'one long name in 20,000 frames',
      'TOO_LARGE',
      (w) => {
        const long = w.strings.push('x'.repeat(16_000)) - 1;
        const lines = Array.from({ length: 20_000 }, (_, i) => i);
        w.frames = {
          kind: lines.map(() => 3),
          mapping: lines.map(() => 0),
          address: lines.map(() => 0),
          function: lines.map(() => long),
          file: lines.map(() => 0),
          line: lines,
        };
      },
    ],
    ['no service', 'INVALID_BATCH', (w) => (w.workloads[0]!.service = '')],
    [
      '65 labels',
      'INVALID_BATCH',
      (w) => (w.workloads[0]!.labels = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`l${i}`, '']))),
    ],
    ['a build ID that could be a path', 'INVALID_BUILD_ID', (w) => (w.mappings[0]!.buildId = 'gnu:../../etc')],
    ['a time in the future', 'TIME_OUT_OF_RANGE', (w) => (w.toMs = NOW + 10 * 86_400_000)],
    ['a time before 2000', 'TIME_OUT_OF_RANGE', (w) => (w.fromMs = 12)],
    ['an end before its start', 'TIME_OUT_OF_RANGE', (w) => (w.toMs = w.fromMs - 1)],
    [
      'a stack of 10,000 frames',
      'TOO_DEEP',
      (w) => {
        w.stacks.parent = Array.from({ length: 10_000 }, (_, i) => i - 1);
        w.stacks.frame = new Array(10_000).fill(0);
      },
    ],
  ])('with %s is refused', (_, code, change) => {
    expect(refusal(change)).toBe(code);
  });

  test('of any JSON is read or refused, never anything else', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(() => decodeBatch(value, NOW)).toThrow(ProfileError);
      }),
    );
  });
});
