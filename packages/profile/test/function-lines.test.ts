import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FrameNames, heaviestLines, lineWeights, type StackProfile } from '../src/index.ts';
import { namesOf, profileOf } from './profile-text.ts';

/** Names of frames written `sort:12`, or `sort:12>swap:3` for a chain: what stands behind the colon is the line. */
function linesOf(profile: StackProfile): FrameNames {
  const { functions, ...calls } = namesOf(profile);
  const bare = functions.name.map((name) => name.split(':')[0]!);
  const unique = [...new Set(bare)];
  return {
    ...calls,
    functions: { ...functions, name: unique },
    function: calls.function.map((row) => unique.indexOf(bare[row]!)),
    line: calls.function.map((row) => Number(functions.name[row]!.split(':')[1] ?? 0)),
  };
}

function weights(text: string, name: string): string[] {
  const profile = profileOf(text);
  const names = linesOf(profile);
  return lineWeights(profile, names, names.functions.name.indexOf(name)).map(
    ({ line, self, total }) => `${line}: ${total} (${self})`,
  );
}

describe('the lines of a function', () => {
  test('have what ends in them and what goes through them', () => {
    const text = 'main:3;sort:10 1\nmain:3;sort:12;swap:5 2\nmain:4>sort:12>swap:6 4';
    expect(weights(text, 'sort')).toEqual(['10: 10 (10)', '12: 60 (0)']);
    expect(weights(text, 'swap')).toEqual(['5: 20 (20)', '6: 40 (40)']);
    expect(weights(text, 'main')).toEqual(['3: 30 (0)', '4: 40 (0)']);
  });

  test('count a stack once, however often it is in them', () => {
    const text = 'walk:7;walk:7;walk:9 1\nwalk:7>walk:7;leaf:1 2\nwalk:9;gap:1;walk:9 4';
    expect(weights(text, 'walk')).toEqual(['7: 30 (0)', '9: 50 (50)']);
  });

  test('that are not known are left out', () => {
    expect(weights('main:0;sort:2 1', 'main')).toEqual([]);
  });

  test('add up: selfs to the self of the function, and no line is worth more than the profile', () => {
    const call = fc.constantFrom('a:1', 'a:2', 'b:1', 'b:7', 'a:1>b:7', 'b:1>a:2>a:2');
    const stack = fc.array(call, { minLength: 1, maxLength: 6 }).map((calls) => calls.join(';'));
    fc.assert(
      fc.property(fc.array(fc.tuple(stack, fc.integer({ min: 1, max: 99 })), { minLength: 1 }), (stacks) => {
        const profile = profileOf(stacks.map(([path, count]) => `${path} ${count}`).join('\n'));
        const names = linesOf(profile);
        const whole = profile.value.reduce((sum, value) => sum + value, 0);
        let self = 0;
        for (const row of names.functions.name.keys()) {
          for (const line of lineWeights(profile, names, row)) {
            self += line.self;
            expect(line.self).toBeLessThanOrEqual(line.total);
            expect(line.total).toBeLessThanOrEqual(whole);
          }
        }
        expect(self).toBe(whole);
      }),
    );
  });

  test('the heaviest is the function’s, the first of equals', () => {
    const profile = profileOf('main:3;sort:10 1\nmain:3;sort:12;swap:5 2\nmain:4>sort:11 2\nexit 9');
    const names = linesOf(profile);
    const lines = heaviestLines(profile, names, names.functions.name.length);
    expect(names.functions.name.map((name, row) => `${name}:${lines[row]}`)).toEqual([
      'main:3',
      'sort:11',
      'swap:5',
      'exit:0',
    ]);
  });
});
