import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../source-files.ts';
import { eventually, type Product, startProduct } from './product.ts';

const SOURCE = `
struct Cart { volatile unsigned long sum; };
static __attribute__((noinline)) void add_item(Cart &cart, unsigned long price) { cart.sum += price; }
static __attribute__((noinline)) void fill_cart(Cart &cart) { for (unsigned long i = 0; i < 1000000; i++) add_item(cart, i); }
int main() { Cart cart{0}; for (;;) fill_cart(cart); }
`;
/** The index of the stripped file, which the agent sends first, knows nothing of its functions. */
const SERVICE = 'late-names';

let folder: string;
let product: Product;
let stop: () => void;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'strata-late-'));
  product = await startProduct(7550);
});
afterAll(async () => {
  stop?.();
  await product?.close();
  rmSync(folder, { recursive: true, force: true });
});

test('names of a stripped program appear within a minute after its debug file was uploaded', async () => {
  const at = (name: string) => join(folder, name);
  writeFileSync(at('shop.cpp'), SOURCE);
  execFileSync('g++', ['-g', '-O1', '-rdynamic', '-Wl,--build-id', '-o', at('shop'), at('shop.cpp')]);
  execFileSync('objcopy', ['--only-keep-debug', at('shop'), at('only-here.dbg')]);
  execFileSync('strip', [at('shop')]);
  const program = spawn(at('shop'), { stdio: 'ignore', env: { OTEL_SERVICE_NAME: SERVICE } });
  stop = () => program.kill('SIGKILL');

  const to = () => Math.floor(Date.now() / 1000);
  const from = to() - 60;
  const folded = async () => {
    const query = `service=${SERVICE}&from=${from}&to=${to()}&type=cpu&format=folded`;
    const answer = await fetch(`${product.web}/api/v1/export?${query}`);
    return answer.ok ? answer.text() : '';
  };
  await eventually('samples without names', 90, async () => (await folded()).includes('[shop]'));
  expect(await folded()).not.toContain('add_item');
  const input = encodeURIComponent(JSON.stringify({ from: String(from), to: String(to()) }));
  await eventually('the page’s list to say where it was looked for', 60, async () => {
    const answer = await (await fetch(`${product.web}/api/trpc/names.missing?input=${input}`)).text();
    return answer.includes('only-here.dbg') === false && answer.includes('/usr/lib/debug/.build-id/');
  });

  const strata = join(ROOT, 'apps/cli/bin/strata.mjs');
  const args = [strata, 'debuginfo', 'upload', '--url', product.collector, at('only-here.dbg')];
  expect(execFileSync(process.execPath, args, { encoding: 'utf8' })).toContain('1 uploaded');
  const uploadedMs = performance.now();
  const names = await eventually('names', 60, async () => {
    const text = await folded();
    return text.includes('add_item') && text;
  });
  const seconds = (performance.now() - uploadedMs) / 1000;
  console.log(
    JSON.stringify({ name: 'late debug file: names after the upload', value: Number(seconds.toFixed(1)), unit: 's' }),
  );
  expect(names).toMatch(/main;fill_cart.*;add_item/);
});
