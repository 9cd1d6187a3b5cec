import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, chromium, type Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, type Product, runWorkload, startProduct } from './product.ts';

/** Percent of version 1 of demo/checkout spent in each function, by construction; version 2 renders four times as much. */
const SHARES = { price_cart: 60, apply_rules: 30, render_receipt: 10 };
const PATH = 'main;checkout::serve;checkout::handle_request;checkout::';
const WITHIN = 3;
/** A time without samples. */
const EMPTY = { from: 1_700_000_000, to: 1_700_003_600 };
const RUN_SECONDS = 30;

let product: Product;
let browser: Browser;
let output: string;
let range: string;

/** `checkout::serve(double)` → `checkout::serve`. */
const bare = (name: string) => name.replace(/\(.*\)$/, '');

function sharesOf(folded: string): Record<string, number> {
  const sums: Record<string, number> = {};
  let total = 0;
  for (const line of folded.trim().split('\n')) {
    const at = line.lastIndexOf(' ');
    const stack = line.slice(0, at).split(';').map(bare).join(';');
    const value = Number(line.slice(at + 1));
    total += value;
    const name = Object.keys(SHARES).find((candidate) => stack.includes(PATH + candidate));
    if (name) sums[name] = (sums[name] ?? 0) + value;
  }
  return Object.fromEntries(Object.entries(sums).map(([name, value]) => [name, (100 * value) / total]));
}

function expectShares(actual: Record<string, number>): void {
  for (const [name, share] of Object.entries(SHARES)) {
    expect(actual[name], name).toBeGreaterThan(share - WITHIN);
    expect(actual[name], name).toBeLessThan(share + WITHIN);
  }
}

/** `leaf < … < root` → CPU time, as Go's own tool reads a pprof; stacks that differ by their lines only are one. */
function millisecondsByStack(file: string): Record<string, number> {
  const text = execFileSync('go', ['tool', 'pprof', '-traces', '-unit=ms', '-sample_index=cpu', file], {
    encoding: 'utf8',
  });
  const sums: Record<string, number> = {};
  // The head, which names the file and the time, stands before the first rule.
  for (const sample of text.split(/^-+\+-+$/m).slice(1)) {
    const [, value, stack] = /^\s*(\d+)ms\s+(.*)$/s.exec(sample.trimEnd()) ?? [];
    if (!stack) continue;
    const names = stack
      .replaceAll(/ \(inline\)$/gm, '')
      .split(/\s*\n\s*/)
      .join(' < ');
    sums[names] = (sums[names] ?? 0) + Number(value);
  }
  return sums;
}

/** Percent of the total per function, as the table of the page shows it in its last column. */
async function sharesInTable(page: Page): Promise<Record<string, number>> {
  const table = page.getByRole('table', { name: 'Functions', exact: true });
  await table.getByText('checkout::price_cart').first().waitFor();
  const shares: Record<string, number> = {};
  for (const text of await table.getByRole('row').allInnerTexts()) {
    const name = Object.keys(SHARES).find((candidate) => text.includes(`checkout::${candidate}`));
    if (name) shares[name] = Number([...text.matchAll(/([\d.]+)\s*%/g)].at(-1)![1]);
  }
  return shares;
}

/** The calls that lead to a function of the flame graph page, as the page tells them: zoom in on it, read the way there. */
async function pathOnPage(page: Page, name: string): Promise<string> {
  const table = page.getByRole('table', { name: 'Functions', exact: true });
  await table.getByRole('button', { name: `checkout::${name}` }).click();
  await page.getByRole('button', { name: 'Focus' }).click();
  const steps = page.getByRole('navigation', { name: 'Zoom' }).locator('[title]');
  await steps.getByText(name).waitFor();
  const titles = await steps.evaluateAll((list) => list.map((step) => step.getAttribute('title')!.split('\n')));
  await page.getByRole('button', { name: 'Show all' }).click();
  return titles.flat().map(bare).join(';');
}

const browserFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

beforeAll(async () => {
  output = mkdtempSync(join(tmpdir(), 'strata-e2e-build-'));
  // Five times as many samples as by default: by chance alone, a share of 2,000 samples is off by 3 points now and then.
  product = await startProduct(17_510, { STRATA_SAMPLE_HZ: '499' });
  const from = Math.floor(Date.now() / 1000) - 1;
  const stops = ['1.0.0', '2.0.0'].map((version) =>
    runWorkload((workload) => workload.service === 'checkout' && workload.version === version, output, {
      DEMO_DUTY: '0.8',
    }),
  );
  await sleep(RUN_SECONDS * 1000);
  for (const stop of stops) stop();
  await sleep(12_000);
  range = `from=${from}&to=${Math.floor(Date.now() / 1000) + 1}`;
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: browserFlags });
});

afterAll(async () => {
  await browser?.close();
  await product?.close();
  rmSync(output, { recursive: true, force: true });
});

describe('a C++ program with known shares', () => {
  test('export has the shares and the exact path', async () => {
    const url = `${product.web}/api/v1/export?service=checkout&version=1.0.0&${range}&type=cpu&format=folded`;
    const names = await eventually('names for checkout', 30, async () => {
      const folded = await (await fetch(url)).text();
      return folded.includes('checkout::price_cart') && folded;
    });
    expectShares(sharesOf(names));
  });

  test('the exported pprof opens in go tool pprof', async () => {
    const answer = await fetch(
      `${product.web}/api/v1/export?service=checkout&version=1.0.0&${range}&type=cpu&format=pprof`,
    );
    const file = join(output, 'checkout.pb.gz');
    writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
    const top = execFileSync('go', ['tool', 'pprof', '-top', file], { encoding: 'utf8' });
    expect(top).toMatch(/checkout::price_cart/);
    expect(top).toMatch(/Type: cpu/);
  });
});

describe('a pprof of a real Go program', () => {
  test('goes in by HTTP and comes out of export with the same totals', async () => {
    const source = join(import.meta.dirname, '../../apps/collector/test/fixtures/go-profile');
    const [program, given, returned] = ['go-profile', 'given.pb.gz', 'returned.pb.gz'].map((name) =>
      join(output, name),
    );
    execFileSync('go', ['build', '-C', source, '-o', program!, '.'], { stdio: 'inherit' });
    execFileSync(program!, [given!]);
    const push = await fetch(`${product.collector}/api/v1/profiles?service=go-profile&version=7`, {
      method: 'POST',
      body: readFileSync(given!),
    });
    expect(push.status).toBe(200);

    const now = Math.floor(Date.now() / 1000);
    const answer = await fetch(
      `${product.web}/api/v1/export?service=go-profile&version=7&from=${now - 300}&to=${now + 60}&type=cpu&format=pprof`,
    );
    writeFileSync(returned!, Buffer.from(await answer.arrayBuffer()));
    expect(millisecondsByStack(returned!)).toEqual(millisecondsByStack(given!));
    expect(Object.keys(millisecondsByStack(given!)).length).toBeGreaterThan(1);
  });
});

describe('in the browser', () => {
  test('the services page lists what runs here', async () => {
    const page = await browser.newPage();
    await page.goto(`${product.web}/`);
    await page.getByRole('link', { name: 'checkout' }).first().waitFor();
    await page.close();
  });

  test('version 2 shows the changed function first', async () => {
    const page = await browser.newPage({ viewport: { width: 1600, height: 900 } });
    const [from, to] = [...new URLSearchParams(range).values()];
    await page.goto(
      `${product.web}/s/checkout/compare?from.a=${from}&to.a=${to}&version.a=1.0.0&from.b=${from}&to.b=${to}&version.b=2.0.0`,
    );
    const table = page.getByRole('table', { name: 'Functions by change' });
    await table.getByText('checkout::').first().waitFor();
    expect((await table.getByRole('row').allInnerTexts())[1]).toContain('checkout::render_receipt');
    await page.close();
  });

  test.each(['light', 'dark'] as const)('axe finds nothing on any page, %s', async (colorScheme) => {
    const context = await browser.newContext({ colorScheme, viewport: { width: 1600, height: 900 } });
    const page = await context.newPage();
    const pages = [
      '/',
      '/agents',
      '/symbols',
      `/symbols?from=${EMPTY.from}&to=${EMPTY.to}`,
      `/s/checkout/flame?${range}`,
      `/s/checkout/flame?${range}&view=table`,
      `/s/checkout/flame?${range}&view=source&group=file`,
      '/s/checkout/compare',
      '/s/nothing/flame',
      '/share/none',
    ];
    for (const path of pages) {
      await page.goto(`${product.web}${path}`);
      await page.waitForLoadState('networkidle');
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${path} ${id}: ${nodes[0]!.html}`)).toEqual([]);
    }
    await context.close();
  });

  test('the flame graph page and its snapshot show the shares, also when the data are gone', async () => {
    // Of a context of its own, as axe wants it.
    const context = await browser.newContext({ viewport: { width: 1600, height: 900 } });
    const page = await context.newPage();
    await page.goto(`${product.web}/s/checkout/flame?${range}&version=1.0.0&view=table`);
    expectShares(await sharesInTable(page));
    for (const name of Object.keys(SHARES)) expect(await pathOnPage(page, name)).toContain(PATH + name);
    await page.getByRole('button', { name: 'Share' }).click();
    const link = await page.getByLabel('Link to the snapshot').inputValue();
    await page.goto(link);
    expectShares(await sharesInTable(page));
    for (const name of Object.keys(SHARES)) expect(await pathOnPage(page, name)).toContain(PATH + name);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      // Colours go over into each other.
      await page.evaluate(() => Promise.all(document.getAnimations().map(({ finished }) => finished)).then(() => null));
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`)).toEqual([]);
    }

    for (const table of ['samples', 'samples_hourly', 'totals_minute']) await product.query(`TRUNCATE TABLE ${table}`);
    const gone = await fetch(
      `${product.web}/api/v1/export?service=checkout&version=1.0.0&${range}&type=cpu&format=folded`,
    );
    expect(gone.status).toBe(404);
    await page.reload();
    expectShares(await sharesInTable(page));
    await context.close();
  });
});
