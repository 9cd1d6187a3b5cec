import { expect, test } from 'vitest';
import { refusalOf } from '../src/index.ts';

test.each([
  ['GET', { host: '127.0.0.1:7401' }, null],
  ['GET', { host: 'LOCALHOST' }, null],
  ['POST', { host: '[::1]:7401' }, null],
  ['GET', {}, 421],
  ['GET', { host: 'evil.example:7400' }, 421],
  ['GET', { host: '127.0.0.1.evil.example' }, 421],
  ['POST', { host: 'localhost', 'sec-fetch-site': 'cross-site' }, 403],
  ['POST', { host: 'localhost', 'sec-fetch-site': 'same-site' }, 403],
  ['POST', { host: 'localhost', 'sec-fetch-site': 'same-origin' }, null],
  ['POST', { host: 'localhost:7400', origin: 'http://evil.example' }, 403],
  ['PUT', { host: 'localhost:7400', origin: 'http://localhost:7400' }, null],
  ['GET', { host: 'localhost:7400', origin: 'http://evil.example' }, null],
])('%s with %j: %s', (method, headers, status) => {
  expect(refusalOf({ method, headers })?.status ?? null).toBe(status);
});
