import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundlePage } from '../bench/bundle.ts';

const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

describe.skipIf(!existsSync(CHROMIUM))('files without names in a browser', () => {
  let server: Server;
  let browser: Browser;
  let address: string;
  let refusal = '';

  beforeAll(async () => {
    const files = await bundlePage(join(import.meta.dirname, 'browser/symbols.tsx'));
    server = createServer((request, response) => {
      if (request.method === 'PUT') {
        const error = { code: refusal, message: `Said with ${refusal}.` };
        request.resume().on('end', () => response.writeHead(409).end(JSON.stringify({ error })));
        return;
      }
      const file = files.get(new URL(request.url ?? '/', 'http://localhost').pathname);
      response.writeHead(file ? 200 : 404, { 'content-type': file?.type ?? 'text/plain' }).end(file?.body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  async function open(width: number): Promise<Page> {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    // What the links of Next.js read where its own bundler is not.
    await page.addInitScript({ content: 'globalThis.process = { env: {} }' });
    await page.goto(address);
    await page.getByRole('heading', { name: '43 files' }).waitFor();
    return page;
  }
  const rows = (page: Page) => page.getByRole('list', { name: 'Files without names' }).locator('> li');

  it('show thirty at first, and all on request', async () => {
    const page = await open(1280);
    expect(await rows(page).count()).toBe(30);
    await page.getByRole('button', { name: 'Show all 43 files' }).click();
    expect(await rows(page).count()).toBe(43);
  });

  it('show a build ID whole where there is room, and both of its ends where there is not', async () => {
    const hiddenPx = (page: Page, row: number) =>
      rows(page)
        .nth(row)
        .locator('[title^="gnu:"], [title^="go:"]')
        .evaluate(({ firstElementChild: begin }) => [begin!.clientWidth, begin!.scrollWidth - begin!.clientWidth]);
    const wide = await open(1280);
    expect((await hiddenPx(wide, 0))[1]).toBe(0);
    expect((await hiddenPx(wide, 1))[1]).toBe(0);
    const phone = await open(390);
    expect((await hiddenPx(phone, 0))[1]).toBe(0);
    const [shown, hidden] = await hiddenPx(phone, 1);
    expect(shown).toBeGreaterThan(200);
    expect(hidden).toBeGreaterThan(0);
    expect(await phone.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  });

  it.each([
    ['ALREADY_THERE', false],
    ['NO_SYMBOLS', true],
  ])('say %s of a dropped file, as an error: %s', async (code, isError) => {
    refusal = code;
    const page = await open(1280);
    await page.getByLabel('Debug files', { exact: true }).setInputFiles({
      name: 'shop.debug',
      mimeType: 'application/octet-stream',
      buffer: Buffer.from('x'),
    });
    const words = page.getByText(`Said with ${code}.`);
    await words.waitFor();
    expect((await words.getAttribute('class'))!.includes('text-bad')).toBe(isError);
    await page.getByRole('button', { name: 'Take shop.debug off this list' }).waitFor();
  });
});
