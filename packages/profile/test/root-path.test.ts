import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeAt, pathOf, readPath, writePath } from '../src/index.ts';
import { treeFromText } from './tree-text.ts';

describe('root path', () => {
  it('names frames from the root, so that it survives a new tree', () => {
    const before = treeFromText('all\n  main\n    a 5\n    b 3\n      c 1');
    const after = treeFromText('all\n  init 9\n  main\n    b 3\n      c 7\n    a 5');
    expect(pathOf(before, 4)).toEqual(['main', 'b', 'c']);
    expect(nodeAt(after, ['main', 'b', 'c'])).toBe(4);
    expect(nodeAt(after, ['main', 'gone'])).toBe(-1);
    expect(nodeAt(after, [])).toBe(0);
  });

  it('is written into one text and read back, whatever the names', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1, maxLength: 30 }), { maxLength: 20 }), (path) => {
        expect(readPath(writePath(path))).toEqual(path);
      }),
    );
    expect(writePath(['a;b', 'c\\d'])).toBe('a\\;b;c\\\\d');
  });

  it('stays short enough for an address, and still finds its frame', () => {
    const long = Array.from({ length: 100 }, (_, i) => `f${i}::${'Template'.repeat(20)}`);
    const tree = treeFromText(['all', ...long.map((name, i) => `${'  '.repeat(i + 1)}${name} 1`)].join('\n'));
    const written = writePath(long);
    expect(written.length).toBeLessThan(4000);
    expect(nodeAt(tree, readPath(written))).toBe(100);
  });
});
