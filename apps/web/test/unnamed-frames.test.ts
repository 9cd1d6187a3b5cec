import { expect, test } from 'vitest';
import { sortUnnamed, whyUnnamed } from '../src/features/flame-graph/unnamed-frames.ts';

const files = [
  { file: '/usr/lib/libc.so.6', reason: 'NO_NAME' },
  { file: '/opt/shop/checkout', reason: 'NO_INDEX' },
  { file: '/usr/lib/libssl.so.3', reason: 'INVALID_INDEX' },
  { file: '/other/root/usr/lib/libc.so.6', reason: 'NO_NAME' },
];

test('files whose symbols may come are told from those whose symbols do not help', () => {
  expect(sortUnnamed(files)).toEqual({ waiting: ['checkout'], nameless: ['libc.so.6', 'libssl.so.3'] });
});

test('a frame without a name says why, and others say nothing', () => {
  expect(whyUnnamed('[checkout]', files)).toMatch(/^Its symbols have not come/);
  expect(whyUnnamed('[libc.so.6]', files)).toMatch(/^Its symbols are here, but name none of these addresses/);
  expect(whyUnnamed('[libssl.so.3]', files)).toMatch(/cannot be read\.$/);
  expect([whyUnnamed('malloc', files), whyUnnamed('[libm.so.6]', files)]).toEqual(['', '']);
});
