import type { BuildId } from '@strata/profile';
import { describe, expect, test } from 'vitest';
import { WantedSymbols } from '../src/wanted-symbols.ts';

const A = 'gnu:aa' as BuildId;
const B = 'gnu:bb' as BuildId;
const MINUTE = 60_000;

describe('symbol indexes are asked for', () => {
  test('once per build ID, and again when the asked one stayed silent', async () => {
    const wanted = new WantedSymbols({ has: async () => false });
    expect(await wanted.askFor([A, B], 0)).toEqual([A, B]);
    expect(await wanted.askFor([A, B], 1 * MINUTE)).toEqual([]);
    expect(await wanted.askFor([A], 6 * MINUTE)).toEqual([A]);
  });

  test('never when there', async () => {
    const wanted = new WantedSymbols({ has: async (buildId) => buildId === A });
    expect(await wanted.askFor([A, B], 0)).toEqual([B]);
    wanted.arrived(B);
    expect(await wanted.askFor([A, B], 100 * MINUTE)).toEqual([]);
  });

  test('not for an hour when the file cannot be read', async () => {
    const wanted = new WantedSymbols({ has: async () => false });
    wanted.unavailable(A, 0);
    expect(await wanted.askFor([A], 59 * MINUTE)).toEqual([]);
    expect(await wanted.askFor([A], 61 * MINUTE)).toEqual([A]);
  });
});
