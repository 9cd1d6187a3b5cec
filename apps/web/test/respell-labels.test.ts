import { expect, test } from 'vitest';
import { respellLabels } from '../src/address/label.ts';

test.each([
  ['from=now-1h&thread=main', 'from=now-1h&label=thread%3Amain'],
  ['label.team=pay&label=host%3Aa&host=b', 'label=team%3Apay&label=host%3Aa&label=host%3Ab'],
  ['from=now-1h&label=thread%3Amain', null],
  ['label.a=host%3Aa&label.b=host%3Ab', null],
])('labels of %s are written as pages write them: %s', (given, expected) => {
  expect(respellLabels([...new URLSearchParams(given)])?.toString() ?? null).toBe(expected);
});
