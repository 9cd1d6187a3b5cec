import { expect, test } from 'vitest';
import { readSides } from '../../src/server/diff-selection.ts';
import { parameterMap, readSelection, writeSelection } from '../../src/server/selection.ts';

const NOW = 1_795_269_600;
const parameters = (query: string) => parameterMap(new URLSearchParams(query));

test('reads everything an address may say', () => {
  const query =
    'service=checkout&type=alloc_space&from=now-1h&to=now&version=1&version=2&label=zone:a:b&label=zone:c&host=node-1&label.tier=gold';
  expect(readSelection(parameters(query), NOW)).toEqual({
    service: 'checkout',
    profileType: 'alloc_space',
    from: NOW - 3_600,
    to: NOW,
    versions: ['1', '2'],
    labels: [
      { name: 'zone', values: ['a:b', 'c'] },
      { name: 'host', values: ['node-1'] },
      { name: 'tier', values: ['gold'] },
    ],
  });
});

test('takes cpu over the last 15 minutes when nothing is said', () => {
  expect(readSelection(parameters('service=checkout'), NOW)).toMatchObject({
    profileType: 'cpu',
    from: NOW - 900,
    to: NOW,
    versions: [],
    labels: [],
  });
});

test.each([
  ['', 'INVALID_PARAMETER', 'The parameter service is missing: name the service to look at.'],
  ['service=', 'INVALID_PARAMETER', 'The parameter service cannot be used: it must not be empty.'],
  ['service=a&service=b', 'INVALID_PARAMETER', 'The parameter service may be given only once.'],
  [
    'service=a&colour=red',
    'UNKNOWN_PARAMETER',
    expect.stringMatching(/^The parameter colour is not known here; known are service, /),
  ],
  ['service=a&label=zone', 'INVALID_PARAMETER', 'label=zone cannot be used: write name:value.'],
  ['service=a&from=now&to=now-1h', 'INVALID_PARAMETER', 'The range is empty: from must lie before to.'],
  [
    `service=${'x'.repeat(2_000)}`,
    'INVALID_PARAMETER',
    'The parameter service cannot be used: it must have at most 1024 characters.',
  ],
])('refuses ?%.40s', (query, code, message) => {
  expect(() => readSelection(parameters(query), NOW)).toThrow(expect.objectContaining({ code, message }));
});

test('equal selections are written alike, whatever the order in the address', () => {
  const write = (query: string) => writeSelection(readSelection(parameters(query), NOW));
  expect(write('service=a&version=2&version=1&label=x:1&host=h')).toBe(
    write('host=h&version=1&service=a&label=x:1&version=2&from=now-15m'),
  );
});

test('each side of a comparison takes its own parameters, and those of both', () => {
  const { a, b } = readSides(
    parameters('service=s&type=cpu&version.a=1&version.b=2&from.a=now-2h&to.a=now-1h&label.b=zone:z'),
    NOW,
  );
  expect(a).toMatchObject({ service: 's', versions: ['1'], from: NOW - 7_200, to: NOW - 3_600, labels: [] });
  expect(b).toMatchObject({ service: 's', versions: ['2'], to: NOW, labels: [{ name: 'zone', values: ['z'] }] });
});
