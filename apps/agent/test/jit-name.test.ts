import { expect, test } from 'vitest';
import { parseJitName } from '../src/attribution/jit-name.ts';

test.each([
  ['JS:*price /srv/shop.js:10:3', 'price', '/srv/shop.js', 10],
  ['JS:~price file:///srv/my shop.mjs:10:3', 'price', '/srv/my shop.mjs', 10],
  ['JS:^price node:internal/timers:545:17', 'price', 'node:internal/timers', 545],
  ['LazyCompile:+Cart.add /srv/cart.js:7', 'Cart.add', '/srv/cart.js', 7],
  ["JS:'price /srv/shop.js:10:3", 'price', '/srv/shop.js', 10],
  ['JS:* /srv/shop.js:1:1', '(anonymous)', '/srv/shop.js', 1],
  ['JS:~get total /srv/shop.js:5:9', 'get total', '/srv/shop.js', 5],
  ['Builtin:ArrayMap', 'Builtin:ArrayMap', '', 0],
  ['RegExp:a:b', 'RegExp:a:b', '', 0],
  ['py::price:/srv/shop.py', 'price', '/srv/shop.py', 0],
  ['py::<module>:<frozen importlib>', '<module>', '<frozen importlib>', 0],
  ['Lcom/acme/Cart;::add', 'Lcom/acme/Cart;::add', '', 0],
])('%s', (text, name, file, line) => {
  expect(parseJitName(text)).toEqual({ function: name, file, line });
});

test('a name without an end is cut', () => {
  expect(parseJitName('x'.repeat(100_000)).function).toHaveLength(4_096);
});
