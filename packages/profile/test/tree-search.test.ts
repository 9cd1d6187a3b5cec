import { describe, expect, it } from 'vitest';
import { nextMatch, readPattern, searchTree } from '../src/index.ts';
import { treeFromText } from './tree-text.ts';

const tree = treeFromText(`
  all
    main 10
      zip 20
        Zip::run 5
          zip 5
      other 8
        zip 2
`);

describe('search', () => {
  it('counts every match and its total once, also below another match', () => {
    const found = searchTree(tree, /zip/i);
    expect([...found.nodes]).toEqual([2, 3, 4, 6]);
    expect(found.total).toBe(32);
    expect(found.within(4, 2)).toBe(true);
    expect(found.within(5, 1)).toBe(false);
  });

  it('walks around the matches in both directions', () => {
    const found = searchTree(tree, /zip/);
    expect([nextMatch(found, 0, 1), nextMatch(found, 4, 1), nextMatch(found, 6, 1), nextMatch(found, 2, -1)]).toEqual([
      2, 6, 2, 6,
    ]);
    expect(nextMatch(searchTree(tree, /nothing/), 0, 1)).toBe(-1);
  });

  it('reads lower case as either case and says what is wrong with a pattern', () => {
    const flags = (text: string) => (readPattern(text) as { regex: RegExp }).regex.flags;
    expect([flags('zip'), flags('Zip')]).toEqual(['iu', 'u']);
    expect(readPattern('')).toBeNull();
    expect(readPattern('a(')).toEqual({ error: 'Not a regular expression: unterminated group' });
  });
});
