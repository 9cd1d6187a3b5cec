import { expect, test } from 'vitest';
import { formatAge, formatDuration } from '../src/ui/age.ts';

test('seconds become minutes at one, so that no two ages of a page are in the wrong order to the eye', () => {
  expect([3, 59, 60, 82, 119, 120].map((seconds) => formatAge(seconds))).toEqual([
    'just now',
    '59 s ago',
    '1 min ago',
    '1 min ago',
    '1 min ago',
    '2 min ago',
  ]);
  expect([89 * 60, 90 * 60, 36 * 3600].map((seconds) => formatDuration(seconds))).toEqual(['89 min', '1 h', '1 day']);
});
