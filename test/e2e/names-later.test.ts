import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, chromium, type Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../source-files.ts';
import { eventually, type Product, startProduct } from './product.ts';

const RUN_SECONDS = 15;
const NAMES_MS_MOST = 60_000;

/** `mix` and `round` are inlined into `price`, which is called in turn with `weigh`; three quarters of the time are `price`'s. */
const PROGRAM = `#include <cstdint>
static volatile uint64_t sink;
namespace shop {
static inline __attribute__((always_inline)) uint64_t round(uint64_t x) {
    x ^= x << 13;
    x ^= x >> 7;
    return x ^ (x << 17);
}
template <typename T>
static inline __attribute__((always_inline)) T mix(T x, unsigned times) {
    for (unsigned i = 0; i < times; i++) x = round(x);
    return x;
}
__attribute__((noinline, noclone)) static void price() {
    sink = mix<uint64_t>(sink | 1, 300000);
    asm volatile("");
}
__attribute__((noinline, noclone)) static void weigh() {
    sink = mix<uint64_t>(sink | 1, 100000);
    asm volatile("");
}
}
int main() {
    for (;;) {
        shop::price();
        shop::weigh();
    }
}
`;

/** Its source is nowhere but in its debug file. */
const EMBEDDED = `volatile unsigned long hauled;
__attribute__((noinline)) void haul(unsigned long load) {
    for (unsigned long i = 0; i < load; i++) hauled += i * load; // up the ramp
}
int main() {
    for (;;) haul(1000000);
}
`;

let product: Product;
let browser: Browser;
let folder: string;
let range: string;

const run = promisify(execFile);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'strata-e2e-names-'));
  writeFileSync(join(folder, 'shop.cpp'), PROGRAM);
  const options = ['-O2', '-g', '-fno-omit-frame-pointer', '-o', 'shop', join(folder, 'shop.cpp')];
  execFileSync('g++', options, { cwd: folder });
  execFileSync('objcopy', ['--only-keep-debug', 'shop', 'symbols.debug'], { cwd: folder });
  execFileSync('strip', ['shop'], { cwd: folder });
  compileEmbedded();
  product = await startProduct(17_620, { STRATA_SOURCE_FOLDER: folder });
  const from = Math.floor(Date.now() / 1000) - 1;
  const programs = ['shop', 'dock'].map((name) =>
    spawn(join(folder, name), { stdio: 'ignore', env: { ...process.env, OTEL_SERVICE_NAME: `late-${name}` } }),
  );
  await sleep(RUN_SECONDS * 1000);
  for (const program of programs) program.kill('SIGKILL');
  await sleep(12_000);
  range = `from=${from}&to=${Math.floor(Date.now() / 1000) + 1}`;
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  });
});

afterAll(async () => {
  await browser?.close();
  await product?.close();
  rmSync(folder, { recursive: true, force: true });
});

function compileEmbedded(): void {
  const source = join(folder, 'dock.cpp');
  writeFileSync(source, EMBEDDED);
  const options = ['-O1', '-gdwarf-5', '-gembed-source', '-Wl,--build-id', '-o', 'dock', source];
  execFileSync('clang++-19', options, { cwd: folder });
  execFileSync('objcopy', ['--only-keep-debug', 'dock', 'dock.debug'], { cwd: folder });
  execFileSync('strip', ['dock'], { cwd: folder });
  rmSync(source);
}

async function open(path: string, colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1600, height: 900 }, colorScheme });
  const page = await context.newPage();
  await page.goto(`${product.web}${path}`);
  return page;
}

const functions = (page: Page) => page.getByRole('table', { name: 'Functions', exact: true });

/** Percent of the total that a function is on the stack in, as its row says. */
async function totalShare(page: Page, name: RegExp): Promise<number> {
  const row = await functions(page).getByRole('row', { name }).textContent();
  return Number(/([\d.]+)\s%$/.exec(row!.trim())![1]);
}

async function expectNothingForAxe(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`)).toEqual([]);
}

/** The program's file on the page of missing symbols. */
const missing = (page: Page, program = 'shop') =>
  page
    .getByRole('list', { name: 'Files without names' })
    .getByRole('listitem')
    .filter({ hasText: folder })
    .filter({ hasText: program });

test('a page that shows addresses shows names, inlined calls and lines after the debug file was uploaded', async () => {
  const page = await open(`/s/late-shop/flame?${range}&view=both`);
  await functions(page).getByRole('button', { name: '[shop]', exact: true }).waitFor();
  expect(await functions(page).getByText('shop::').count()).toBe(0);
  const total = await totalShare(page, /\[shop\]/);
  await page.evaluate(() => Object.assign(globalThis, { sameDocument: true }));

  const symbols = await open(`/symbols?${range}`);
  await missing(symbols).waitFor();
  expect(await missing(symbols).textContent()).toMatch(/late-shop/);
  await expectNothingForAxe(symbols);

  await run(process.execPath, [
    join(ROOT, 'apps/cli/src/main.ts'),
    ...['debuginfo', 'upload', '--url', product.collector, join(folder, 'symbols.debug')],
  ]);
  const uploaded = performance.now();
  await functions(page)
    .getByRole('button', { name: /shop::price/ })
    .waitFor({ timeout: NAMES_MS_MOST });
  const ms = performance.now() - uploaded;
  console.log(JSON.stringify({ name: 'names/on-screen-after-upload', value: Math.round(ms), unit: 'ms' }));
  expect(ms).toBeLessThan(NAMES_MS_MOST);
  expect(await page.evaluate(() => 'sameDocument' in globalThis)).toBe(true);
  expect(await functions(page).getByRole('button', { name: '[shop]', exact: true }).count()).toBe(0);
  // The samples are the same: what the addresses had is below `main`, but for a sample before it began.
  expect(await totalShare(page, /^main/)).toBeGreaterThan(total - 0.5);

  const inspector = page.getByRole('complementary', { name: 'Selected frame' });
  await functions(page)
    .getByRole('button', { name: /^round\b/ })
    .click();
  await inspector.getByText('Inlined into the frame above').waitFor();
  await inspector.getByText(/shop\.cpp:[567]\b/).waitFor();
  await symbols.reload();
  await eventually('the list without the program', 60, async () => {
    await symbols.getByRole('status').filter({ hasText: 'Loading' }).waitFor({ state: 'detached' });
    return (await missing(symbols).count()) === 0;
  });
});

test.each(['light', 'dark'] as const)(
  'the source pane shows what each line costs, with its text, %s',
  async (scheme) => {
    const page = await open(`/s/late-shop/flame?${range}&view=both`, scheme);
    await functions(page).getByRole('button', { name: /^mix</ }).click();
    await page.getByRole('button', { name: 'Source' }).click();
    const lines = page.getByRole('table', { name: 'Source lines' });
    await lines.getByText('x = round(x)').waitFor();
    const row = lines.getByRole('row').filter({ hasText: 'x = round(x)' });
    const total = [...((await row.textContent()) ?? '').matchAll(/([\d.]+)\s%/g)].at(-1)![1];
    expect(Number(total)).toBeGreaterThan(80);
    await expectNothingForAxe(page);
  },
);

test('a debug file that is dropped on the page of missing symbols brings names, and the source it embeds', async () => {
  const symbols = await open(`/symbols?${range}`);
  await missing(symbols, 'dock').waitFor();
  const file = await symbols.evaluateHandle(
    (base64) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], 'dock.debug'));
      return transfer;
    },
    readFileSync(join(folder, 'dock.debug')).toString('base64'),
  );
  const zone = symbols.getByRole('region', { name: 'Upload debug files' });
  await zone.dispatchEvent('drop', { dataTransfer: file });
  await symbols.getByRole('list', { name: 'Uploads' }).getByText(/^Kept/).waitFor();

  const page = await open(`/s/late-dock/flame?${range}&view=both`);
  await functions(page).getByRole('button', { name: /^haul/ }).click({ timeout: NAMES_MS_MOST });
  await page.getByRole('button', { name: 'Source' }).click();
  const lines = page.getByRole('table', { name: 'Source lines' });
  await lines.getByText('// up the ramp').waitFor();
  await expectNothingForAxe(page);
});

test('frames merge by line, file and binary, and names lose their arguments', async () => {
  const page = await open(`/s/late-shop/flame?${range}&view=table&names=no-templates`);
  await functions(page).getByRole('button', { name: 'mix', exact: true }).waitFor();
  const merged = async (choice: RegExp) => {
    await page.getByRole('button', { name: /^What frames merge by/ }).click();
    await page.getByRole('button', { name: choice }).click();
  };
  await merged(/^Line/);
  await functions(page)
    .getByRole('button', { name: /^mix:\d+$/ })
    .waitFor();
  await merged(/^File/);
  await functions(page)
    .getByRole('button', { name: /shop\.cpp$/ })
    .waitFor();
  await merged(/^Binary/);
  await functions(page).getByRole('button', { name: 'shop', exact: true }).waitFor();
  expect(new URL(page.url()).searchParams.get('group')).toBe('binary');
});

test('an export has the inlined calls, and pprof their lines', async () => {
  const url = `${product.web}/api/v1/export?service=late-shop&${range}&names=no-templates`;
  const folded = await (await fetch(`${url}&format=folded`)).text();
  expect(folded).toMatch(/;shop::price;mix;round \d+$/m);
  const file = join(folder, 'late.pb.gz');
  writeFileSync(file, Buffer.from(await (await fetch(`${url}&format=pprof`)).arrayBuffer()));
  const text = execFileSync('go', ['tool', 'pprof', '-traces', '-lines', file], { encoding: 'utf8' });
  expect(text).toMatch(/\bround .*shop\.cpp:[567]/);
});
