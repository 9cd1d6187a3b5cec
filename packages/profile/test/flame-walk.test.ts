import { expect, test } from 'vitest';
import { commonAncestor, nameOf, stepFrom, type TreeStep } from '../src/index.ts';
import { treeFromText } from './tree-text.ts';

const tree = treeFromText(`
  all
    main
      read 3
        copy 4
      work 2
    exit 1
`);
const [MAIN, READ, COPY, WORK, EXIT] = [1, 2, 3, 4, 5];

test('a step leads to a neighbour, never out of the subtree that is looked at, and stays where there is none', () => {
  const from = (node: number, step: TreeStep, top = 0) => nameOf(tree, stepFrom(tree, node, step, top));
  expect([from(READ, 'child'), from(READ, 'parent'), from(READ, 'next'), from(WORK, 'previous')]).toEqual([
    'copy',
    'main',
    'work',
    'read',
  ]);
  expect([from(MAIN, 'last'), from(EXIT, 'first')]).toEqual(['exit', 'main']);
  expect([from(COPY, 'child'), from(EXIT, 'next'), from(MAIN, 'previous')]).toEqual(['copy', 'exit', 'main']);
  expect([from(READ, 'parent', READ), from(READ, 'next', READ)]).toEqual(['read', 'read']);
});

test('the deepest common ancestor is what shows both', () => {
  const above = (a: number, b: number) => nameOf(tree, commonAncestor(tree, a, b));
  expect([above(COPY, WORK), above(COPY, READ), above(EXIT, COPY), above(MAIN, MAIN)]).toEqual([
    'main',
    'read',
    'all',
    'main',
  ]);
});
