import { describe, expect, test } from 'vitest';
import { parsePushParameters } from '../src/push-parameters.ts';

const parse = (query: string) => {
  try {
    return parsePushParameters(new URLSearchParams(query));
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('the parameters of a push', () => {
  test('workload, source and labels', () => {
    expect(parse('service=shop&version=1.2&host=h1&label.team=pay&label.__proto__=x')).toEqual({
      workload: { service: 'shop', version: '1.2', environment: '', namespace: '', cluster: '', labels: {} },
      source: {
        host: 'h1',
        pod: '',
        container: '',
        process: '',
        thread: '',
        labels: { team: 'pay', ['__proto__']: 'x' },
      },
    });
  });

  test.each([
    ['', 'MISSING_SERVICE'],
    ['service=', 'MISSING_SERVICE'],
    ['service=%20', 'MISSING_SERVICE'],
    ['service=shop&verison=1', 'UNKNOWN_PARAMETER'],
    ['service=shop&label.=1', 'UNKNOWN_PARAMETER'],
    ['service=shop&service=other', 'BAD_PARAMETER'],
    [`service=${'x'.repeat(257)}`, 'BAD_PARAMETER'],
    [`service=shop&${Array.from({ length: 65 }, (_, i) => `label.l${i}=1`).join('&')}`, 'BAD_PARAMETER'],
  ])('«%s» is refused as %s', (query, code) => {
    expect(parse(query)).toBe(code);
  });
});
