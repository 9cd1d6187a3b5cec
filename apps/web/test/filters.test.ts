import { expect, it } from 'vitest';
import { toggle } from '../src/ui/filters/filters.ts';

it('adds a value, and takes it away with its name when it was the last', () => {
  const once = toggle([], 'zone', 'sh-2');
  expect(once).toEqual([{ name: 'zone', values: ['sh-2'] }]);
  expect(toggle(toggle(once, 'zone', 'sh-3'), 'zone', 'sh-2')).toEqual([{ name: 'zone', values: ['sh-3'] }]);
  expect(toggle(once, 'zone', 'sh-2')).toEqual([]);
});
