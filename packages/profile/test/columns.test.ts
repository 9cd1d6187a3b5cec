import { brotliCompressSync, constants } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeCallTree, decodeDiffTree, encodeCallTree, encodeDiffTree, ProfileError } from '../src/index.ts';
import { arbitraryProfile } from './arbitrary-profile.ts';
import { callTreeOf, profileOf } from './profile-text.ts';

describe('trees on the wire', () => {
  test('come back as they went, meta included', () => {
    fc.assert(
      fc.property(arbitraryProfile, fc.jsonValue(), (profile, meta) => {
        const tree = callTreeOf(profile);
        const back = decodeCallTree(encodeCallTree(tree, meta));
        expect(back.tree).toEqual(tree);
        expect(JSON.stringify(back.meta)).toBe(JSON.stringify(meta));
      }),
    );
  });

  test('values that are no whole multiples of anything survive, and those beyond 32 bits', () => {
    for (const values of [
      [0.5, 1.25, 3],
      [2 ** 52, 3, 2 ** 40 + 1],
    ]) {
      const tree = callTreeOf({ ...profileOf('a 1\nb 1\nc 1'), value: Float64Array.from(values) });
      expect(decodeCallTree(encodeCallTree(tree, null)).tree.self).toEqual(tree.self);
    }
  });

  test('both sides of a diff come back', () => {
    const { total, self, ...tree } = callTreeOf(profileOf('a;b 3\nc 4'));
    const diff = {
      ...tree,
      selfA: self,
      totalA: total,
      selfB: self.map((v) => v * 2),
      totalB: total.map((v) => v * 2),
    };
    expect(decodeDiffTree(encodeDiffTree(diff, {})).tree).toEqual(diff);
  });

  test('an empty tree is a root', () => {
    const tree = callTreeOf({ ...profileOf('a 1'), value: new Float64Array(1) });
    expect(Array.from(decodeCallTree(encodeCallTree(tree, null)).tree.depth)).toEqual([0]);
  });

  test('garbage is refused', () => {
    for (const bytes of [
      new Uint8Array(0),
      new Uint8Array(100).fill(255),
      Uint8Array.from([4, 0, 0, 0, 1, 2, 3, 4, 5]),
    ]) {
      expect(() => decodeCallTree(bytes)).toThrow(ProfileError);
    }
  });

  test('cost at most 4 bytes a node with names, compressed', () => {
    const lines = Array.from({ length: 8_000 }, (_, i) => {
      const path = Array.from({ length: 4 + (i % 13) }, (_, d) => `feed::Module${(i >> (d % 7)) % 97}::step${d}`);
      return `${path.join(';')} ${1 + ((i * 7919) % 40)}`;
    });
    const tree = callTreeOf(profileOf(lines.join('\n')));
    const packed = brotliCompressSync(encodeCallTree(tree, {}), { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
    expect(tree.depth.length).toBeGreaterThan(10_000);
    expect(packed.length / tree.depth.length).toBeLessThan(4);
  });
});
