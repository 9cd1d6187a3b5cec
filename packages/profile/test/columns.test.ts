import { brotliCompressSync, constants, gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeCallTree, decodeDiffTree, encodeCallTree, encodeDiffTree, ProfileError } from '../src/index.ts';
import { arbitraryProfile } from './arbitrary-profile.ts';
import { callTreeOf, profileOf } from './profile-text.ts';

/** `all → a → b` as version 0.1 wrote it, gzipped. */
const OLD_COLUMNS =
  'H4sIAAAAAAACA51TPU7DUAz+0qYQtVGJRIQyMHTsVBWJA3TswCFI/9SINCDaSkXiFEwcgIFDMCEGRgZGDsAtjOz4tdGjKRWOEj/bn/3es79MKwARUc8BArDU0YSPQ3ioiw2H/S7q8AF4smINXAKoADiXOPBFROz31X/WhWDn43TSmQ/jdMx5vtTwtEagudkyTaHr2XgR87oKYFWo/0REjI/yc1VC9XN9qDwQUQvAh2JPFRvpfpNlNlwk15nBvyo+QCi1juREnnyLe3GdGoDR+GYxNck4kLscKJb7+A0g1KiPE4RS0ZWetNd5qJqeRtqPuuat9N6bHcrFs7TtD1RHVjyy4qbXVQv3lw04MueNZUdz4b4Y3SrwLEDzF88g3PBU5/Pl9wXAPYAL7dM+8+L4VZKNsGVeXPuZiHRWjubVQu35IMni27vc+UhEnyVY3mOSMLNzeRPeRXDRwLGc1Jdz2bmR4X08W+e68uR96jvlPOrvwaN3/QeNNHbwKLC0tydv2ha+a+G7Fr5nxcvsIp9d6x74h224aPzxYDvv484Qu8Tw+AfR78cJNAUAAA==';

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

  test('of before inlined calls and lines were known have none', () => {
    const { tree } = decodeCallTree(gunzipSync(Buffer.from(OLD_COLUMNS, 'base64')));
    expect([...tree.total]).toEqual([10, 10, 10]);
    expect([...tree.inlined]).toEqual([0, 0, 0]);
    expect([...tree.functions.line]).toEqual([0, 0]);
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
