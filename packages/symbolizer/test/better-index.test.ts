import type { IndexStatistics, KeptIndex } from '@strata/symbolizer';
import { expect, test } from 'vitest';
import { isBetter } from '../src/better-index.ts';

const SEGMENTS = [{ offset: 0x1000, virtualAddress: 0x2000, fileSize: 0x100 }];

function index(source: IndexStatistics['source'], about: Partial<KeptIndex & IndexStatistics> = {}): KeptIndex {
  const { generation = 0, isCurrent = true, segments = [], ...counts } = about;
  const statistics = { source, bytes: 1, ranges: 1, locations: 10, functions: 5, files: 2, texts: 0, ...counts };
  return { generation, isCurrent, segments, statistics };
}

test.each<[string, KeptIndex, KeptIndex | null, boolean]>([
  ['any to none', index('dynsym'), null, true],
  ['a better source to current ones', index('dwarf', { isCurrent: false }), index('symtab', { files: 9 }), true],
  ['a worse source', index('symtab', { segments: SEGMENTS }), index('dwarf', { isCurrent: false }), false],
  ['a current one', index('dwarf', { files: 0 }), index('dwarf', { isCurrent: false }), true],
  ['one of the same', index('dwarf'), index('dwarf'), false],
  ['more functions', index('dwarf', { functions: 6 }), index('dwarf', { segments: SEGMENTS }), true],
  ['embedded sources', index('dwarf', { texts: 1 }), index('dwarf'), true],
  ['segments', index('dwarf', { segments: SEGMENTS }), index('dwarf'), true],
  ['no segments', index('dwarf'), index('dwarf', { segments: SEGMENTS }), false],
  ['segments and less', index('dwarf', { segments: SEGMENTS, files: 1 }), index('dwarf'), false],
])('%s: better or not', (_, offered, present, better) => {
  expect(isBetter(offered, present)).toBe(better);
});
