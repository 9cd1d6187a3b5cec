import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

/** Percent of the total per function, as the table of the page shows it. */
async function sharesInTable(page: Page): Promise<Record<string, number>> {
  const table = page.getByRole('table', { name: /functions/i });
  await table.getByRole('row').nth(3).waitFor();
  const rows = await table.getByRole('row').all();
  const shares: Record<string, number> = {};
  for (const row of rows) {
    const text = (await row.allInnerTexts()).join('\n');
    const name = Object.keys(SHARES).find((candidate) => text.includes(`checkout::${candidate}`));
    if (name) shares[name] = Number(/([\d.]+)\s*%/.exec(text.slice(text.indexOf('\n')))?.[1]);
  }
  return shares;
}

beforeAll(async () => {
  output = mkdtempSync(join(tmpdir(), 'strata-e2e-build-'));
  product = await startProduct(17_510);
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
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
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

describe('in the browser', () => {
  test('the services page lists what runs here', async () => {
    const page = await browser.newPage();
    await page.goto(`${product.web}/`);
    await page.getByRole('link', { name: 'checkout' }).first().waitFor();
    await page.close();
  });

  test('the flame graph page and its snapshot show the shares, also when the data are gone', async () => {
    const page = await browser.newPage({ viewport: { width: 1600, height: 900 } });
    await page.goto(`${product.web}/s/checkout/flame?${range}&version=1.0.0&view=table`);
    expectShares(await sharesInTable(page));
    await page.getByRole('button', { name: /share/i }).click();
    const link = await eventually(
      'the link of the snapshot',
      15,
      async () => /\/share\/[\w-]+/.exec(await page.content())?.[0],
    );
    await page.goto(`${product.web}${link}`);
    expectShares(await sharesInTable(page));

    await product.query(`ALTER TABLE samples DELETE WHERE 1 SETTINGS mutations_sync = 1`).catch(() => {
      throw new Error('the samples could not be deleted');
    });
    await page.reload();
    expectShares(await sharesInTable(page));
    await page.close();
  });
});

void AxeBuilder;
