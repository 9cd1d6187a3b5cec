import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildCallTree, uninlinedNames } from '../src/index.ts';
import { arbitraryProfile } from './arbitrary-profile.ts';
import { callTreeOf, namesOf, profileOf, treeText } from './profile-text.ts';

const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);

describe('the call tree', () => {
  test('merges stacks by path, widest child first, ties by name', () => {
    const profile = profileOf(`
      main;work;read 1
      main;work 2
      main;idle 3
      start 1
      main;work;read;copy 4
      exit 1`);
    expect(treeText(callTreeOf(profile))).toBe(
      [
        'all 120 (0)',
        '  main 100 (0)',
        '    work 70 (20)',
        '      read 50 (10)',
        '        copy 40 (40)',
        '    idle 30 (30)',
        '  exit 10 (10)',
        '  start 10 (10)',
      ].join('\n'),
    );
  });

  test('keeps recursion as a path of its own', () => {
    expect(treeText(callTreeOf(profileOf('f;f;f 1\nf;f 1')))).toBe(
      'all 20 (0)\n  f 20 (0)\n    f 20 (10)\n      f 10 (10)',
    );
  });

  test('frames of one function are one node, whatever their address', () => {
    const profile = profileOf('main;read@1 1\nmain;read@2 2');
    const functions = { ...namesOf(profile).functions, name: ['main', 'read'] };
    const names = uninlinedNames(functions, Uint32Array.from([0, 1, 1]));
    expect(treeText(buildCallTree(profile.stacks, profile.value, names))).toBe(
      'all 30 (0)\n  main 30 (0)\n    read 30 (30)',
    );
  });

  test('leaves out what is worth nothing', () => {
    const profile = profileOf('main;a 1\nmain;b;c 2');
    const value = profile.value.map((v) => (v === 10 ? v : 0));
    expect(treeText(buildCallTree(profile.stacks, value, namesOf(profile)))).toBe(
      'all 10 (0)\n  main 10 (0)\n    a 10 (10)',
    );
  });

  test('a frame is as many levels as its chain has calls, and what is inlined everywhere is marked', () => {
    const profile = profileOf(`
      main>run;sum>add 3
      main;sum 2
      main>run>sum;add 1`);
    expect(treeText(callTreeOf(profile))).toBe(
      [
        'all 60 (0)',
        '  main 60 (0)',
        '    *run 40 (0)',
        '      sum 40 (0)',
        '        add 40 (40)',
        '    sum 20 (20)',
      ].join('\n'),
    );
  });

  test('by file, a call within a file is no level of its own', () => {
    const profile = profileOf('a>b>b;b>a 1\na;a>a 2');
    const names = { ...namesOf(profile), foldsRepeats: true };
    expect(treeText(buildCallTree(profile.stacks, profile.value, names))).toBe(
      ['all 30 (0)', '  a 30 (20)', '    b 10 (0)', '      *a 10 (10)'].join('\n'),
    );
  });

  test('what no depth can hold counts for the deepest call that is held', () => {
    const profile = profileOf('main 1');
    const calls = 70_000;
    const names = {
      ...namesOf(profile),
      start: Uint32Array.from([0, calls]),
      function: new Uint32Array(calls),
      line: new Uint32Array(calls),
    };
    const tree = buildCallTree(profile.stacks, profile.value, names);
    expect(tree.depth.at(-1)).toBe(65_535);
    expect(tree.self.at(-1)).toBe(10);
  });

  test('every unit is in exactly one self, and totals add up', () => {
    fc.assert(
      fc.property(arbitraryProfile, (profile) => {
        const tree = callTreeOf(profile);
        expect(sum(tree.self)).toBe(sum(profile.value));
        expect(tree.total[0]).toBe(sum(profile.value));
        for (let node = 0; node < tree.depth.length; node++) {
          let children = 0;
          for (let i = node + 1; i < tree.depth.length && tree.depth[i]! > tree.depth[node]!; i++) {
            if (tree.depth[i] === tree.depth[node]! + 1) children += tree.total[i]!;
          }
          expect(tree.total[node]).toBe(tree.self[node]! + children);
        }
      }),
    );
  });
});
