import { describe, expect, test } from 'vitest';
import { fileAddress } from '../src/attribution/file-address.ts';
import { AddressSpace } from '../src/process/address-space.ts';

const show = (space: AddressSpace<string>) =>
  space.regions.map(({ start, end, fileOffset, code }) => `${start}-${end}+${fileOffset} ${code}`);

function spaceOf(...mappings: readonly [number, number, number, string][]): AddressSpace<string> {
  return mappings.reduce(
    (space, [start, end, fileOffset, code]) => space.with({ start, end, fileOffset, code }),
    new AddressSpace<string>(),
  );
}

describe('AddressSpace', () => {
  test.each([
    [
      'apart',
      [
        [30, 40, 0, 'b'],
        [10, 20, 0, 'a'],
      ],
      ['10-20+0 a', '30-40+0 b'],
    ],
    [
      'the same place again',
      [
        [10, 20, 0, 'a'],
        [10, 20, 5, 'b'],
      ],
      ['10-20+5 b'],
    ],
    [
      'over the end of one',
      [
        [10, 20, 0, 'a'],
        [15, 25, 0, 'b'],
      ],
      ['10-15+0 a', '15-25+0 b'],
    ],
    [
      'over the start of one',
      [
        [10, 20, 100, 'a'],
        [5, 12, 0, 'b'],
      ],
      ['5-12+0 b', '12-20+102 a'],
    ],
    [
      'into the middle of one',
      [
        [10, 40, 100, 'a'],
        [20, 30, 0, 'b'],
      ],
      ['10-20+100 a', '20-30+0 b', '30-40+120 a'],
    ],
    [
      'over several',
      [
        [10, 20, 0, 'a'],
        [20, 30, 0, 'b'],
        [30, 40, 0, 'c'],
        [15, 35, 0, 'd'],
      ],
      ['10-15+0 a', '15-35+0 d', '35-40+5 c'],
    ],
  ] as const)('a mapping replaces what it covers: %s', (_, mappings, regions) => {
    expect(show(spaceOf(...(mappings as unknown as [number, number, number, string][])))).toEqual(regions);
  });

  test('find gives the region that contains the address, whose end does not', () => {
    const space = spaceOf([10, 20, 0, 'a'], [20, 30, 0, 'b'], [50, 60, 0, 'c']);
    expect([9, 10, 19, 20, 30, 49, 59, 60].map((address) => space.find(address)?.code)).toEqual([
      undefined,
      'a',
      'a',
      'b',
      undefined,
      undefined,
      'c',
      undefined,
    ]);
  });

  test('a space that was shared by a fork does not change when the child maps', () => {
    const parent = spaceOf([10, 20, 0, 'a']);
    parent.with({ start: 10, end: 20, fileOffset: 0, code: 'b' });
    expect(parent.find(10)?.code).toBe('a');
  });
});

describe('fileAddress: SVMA = address − start + fileOffset − segment.offset + segment.virtualAddress', () => {
  test.each([
    // what, address, mapping start, mapping offset, [segment offset, virtual address, size] …, expected
    ['PIE', 0x55550000_1234, 0x55550000_1000, 0x1000, [[0x1000, 0x1000, 0x2000]], 0x1234],
    ['non-PIE', 0x40_1136, 0x40_1000, 0x1000, [[0x1000, 0x40_1000, 0x500]], 0x40_1136],
    ['lld: text not at its offset', 0x7f00_0010_0500, 0x7f00_0010_0000, 0x5000, [[0x5540, 0x6540, 0x1000]], 0x6500],
    [
      'segment that starts inside a page',
      0x7f00_0000_0600,
      0x7f00_0000_0000,
      0x5000,
      [[0x5540, 0x6540, 0x1000]],
      0x6600,
    ],
    [
      'second of two segments',
      0x7f00_0000_3010,
      0x7f00_0000_3000,
      0x8000,
      [
        [0x1000, 0x1000, 0x1000],
        [0x8000, 0xa000, 0x1000],
      ],
      0xa010,
    ],
    ['second mapping of one segment', 0x7f00_0000_9010, 0x7f00_0000_9000, 0x3000, [[0x1000, 0x2000, 0x4000]], 0x4010],
    ['beyond every segment', 0x7f00_0000_9010, 0x7f00_0000_9000, 0x9_3000, [[0x1000, 0x2000, 0x4000]], null],
  ] as const)('%s', (_, address, start, fileOffset, segments, expected) => {
    const described = segments.map(([offset, virtualAddress, fileSize]) => ({ offset, virtualAddress, fileSize }));
    expect(fileAddress(address, { start, fileOffset }, described)).toBe(expected);
  });
});
