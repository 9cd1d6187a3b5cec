import fc from 'fast-check';
import type { StackProfile } from '../src/index.ts';
import { profileOf } from './profile-text.ts';

const stack = fc
  .array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'a>b', 'c>a>a', 'd>e>c>b'), { minLength: 1, maxLength: 6 })
  .map((path) => path.join(';'));

/** Profiles of up to 20 stacks over five functions, recursion and chains of inlined calls included. */
export const arbitraryProfile: fc.Arbitrary<StackProfile> = fc
  .array(fc.tuple(stack, fc.integer({ min: 1, max: 1_000 })), { minLength: 1, maxLength: 20 })
  .map((lines) => profileOf(lines.map(([path, count]) => `${path} ${count}`).join('\n')));
