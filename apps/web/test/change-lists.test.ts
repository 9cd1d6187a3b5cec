import type { FunctionChange } from '@strata/profile';
import { describe, expect, it } from 'vitest';
import { explain, largestChange, rowsOf, TABS } from '../src/features/compare/change-lists.ts';

const row = (name: string, a: number, b: number, withinNoise = false): FunctionChange => ({
  function: 0,
  name,
  a,
  b,
  score: 0,
  withinNoise,
});
const changes = [
  row('noise', 5, 5.1, true),
  row('grew', 10, 14),
  row('new', 0, 6),
  row('gone', 2, 0),
  row('shrank', 9, 8),
];

describe('functions by change', () => {
  it('puts what surely changed into its tabs, strongest first, and everything into the last', () => {
    expect(
      Object.fromEntries(
        TABS.map((tab) => [
          tab,
          rowsOf(tab, changes)
            .map(({ name }) => name)
            .join(' '),
        ]),
      ),
    ).toEqual({
      grew: 'new grew',
      shrank: 'gone shrank',
      new: 'new',
      gone: 'gone',
      all: 'new grew gone shrank noise',
    });
  });

  it('speaks first of the largest that is no chance, however large chance is', () => {
    expect(largestChange([row('chance', 0, 50, true), ...changes])?.name).toBe('new');
    expect(largestChange([row('chance', 0, 50, true)])).toBeNull();
  });

  it('says how few functions explain a change, and nothing when it takes many', () => {
    expect(explain(changes, 8)).toEqual({ functions: 2, share: 1 });
    expect(explain(changes, 20)).toBeNull();
    expect(explain(changes, 0)).toBeNull();
  });
});
