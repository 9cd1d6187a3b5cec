import type { Batch, BuildId, Frame } from '@strata/profile';
import { describe, expect, test } from 'vitest';
import { WantedSymbols } from '../src/wanted-symbols.ts';

const A = 'gnu:aa' as BuildId;
const B = 'gnu:bb' as BuildId;
const MINUTE = 60_000;

function batchWith(...buildIds: BuildId[]): Batch {
  const frames = buildIds.map(
    (buildId) => ({ kind: 'native', mapping: { buildId, file: '' }, address: 0 }) as unknown as Frame,
  );
  return { stacks: { frames, parent: new Int32Array(0), frame: new Uint32Array(0) } } as unknown as Batch;
}

describe('symbol indexes are asked for', () => {
  test('once per build ID, and again when the asked one stayed silent', async () => {
    const wanted = new WantedSymbols({ has: async () => false });
    expect(await wanted.askFor(batchWith(A, B, A), 0)).toEqual([A, B]);
    expect(await wanted.askFor(batchWith(A, B), 1 * MINUTE)).toEqual([]);
    expect(await wanted.askFor(batchWith(A), 6 * MINUTE)).toEqual([A]);
  });

  test('never when there', async () => {
    const wanted = new WantedSymbols({ has: async (buildId) => buildId === A });
    expect(await wanted.askFor(batchWith(A, B), 0)).toEqual([B]);
    wanted.arrived(B);
    expect(await wanted.askFor(batchWith(A, B), 100 * MINUTE)).toEqual([]);
  });

  test('not for an hour when the file cannot be read', async () => {
    const wanted = new WantedSymbols({ has: async () => false });
    wanted.unavailable(A, 0);
    expect(await wanted.askFor(batchWith(A), 59 * MINUTE)).toEqual([]);
    expect(await wanted.askFor(batchWith(A), 61 * MINUTE)).toEqual([A]);
  });
});
