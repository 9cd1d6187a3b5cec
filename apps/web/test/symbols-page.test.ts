import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedPage, servePage, withoutBrowser } from './browser/serve-page.ts';

describe.skipIf(withoutBrowser)('files without names in a browser', () => {
  let served: ServedPage;
  let refusal = '';

  beforeAll(async () => {
    served = await servePage('symbols.tsx', (request, response) => {
      const error = { code: refusal, message: `Said with ${refusal}.` };
      request.resume().on('end', () => response.writeHead(409).end(JSON.stringify({ error })));
    });
  });
  afterAll(() => served?.close());

  async function open(width: number): Promise<Page> {
    const page = await served.browser.newPage({ viewport: { width, height: 900 } });
    // What the links of Next.js read where its own bundler is not.
    await page.addInitScript({ content: 'globalThis.process = { env: {} }' });
    await page.goto(served.address);
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
