import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedPage, servePage, withoutBrowser } from './browser/serve-page.ts';

const ROW_PX = 20;

declare const kept: { root: string[]; find: string; inverted: boolean };
declare const showTree: (which: string) => void;

let served: ServedPage;

async function open(search = '', colorScheme: 'light' | 'dark' = 'light', width = 1600): Promise<Page> {
  const context = await served.browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  const page = await context.newPage();
  await page.goto(`${served.address}${search}`);
  await page.getByTestId('flame').waitFor();
  return page;
}

/** A point in a row of the graph, `share` of its width from the left. */
async function pointAt(page: Page, row: number, share: number): Promise<[number, number]> {
  const box = (await page.getByTestId('flame').boundingBox())!;
  return [box.x + box.width * share, box.y + (row + 0.5) * ROW_PX];
}
const zoom = (page: Page) => page.evaluate(() => kept.root.join(' › '));
const selected = async (page: Page) => (await page.getByRole('treeitem', { selected: true }).textContent()) ?? '';

describe.skipIf(withoutBrowser)('the flame graph in a browser', () => {
  beforeAll(async () => {
    served = await servePage('page.tsx');
  });
  afterAll(() => served?.close());

  it('zooms by click, and every step can be undone', async () => {
    const page = await open();
    await page.mouse.click(...(await pointAt(page, 3, 0.3)));
    expect(await zoom(page)).toBe('main › serve › price');
    await page.getByRole('navigation', { name: 'Zoom' }).getByText('serve').click();
    expect(await zoom(page)).toBe('main › serve');
    await page.getByRole('tree').press('Backspace');
    expect(await zoom(page)).toBe('main');
    await page.getByRole('tree').press('Escape');
    expect(await zoom(page)).toBe('');
  });

  it('shows the end of a long way on a phone, one step beside the other', async () => {
    const page = await open('', 'light', 390);
    await page.evaluate(() => showTree('large'));
    const tree = page.getByRole('tree');
    for (let i = 0; i < 9; i++) await tree.press('ArrowDown');
    await tree.press('Enter');
    const steps = page.getByRole('navigation', { name: 'Zoom' }).getByRole('listitem');
    const sides = await steps.evaluateAll((items) => items.map((item) => item.getBoundingClientRect().toJSON()));
    expect(sides.length).toBe(6);
    for (const [i, { left }] of sides.entries()) if (i > 0) expect(left).toBeGreaterThanOrEqual(sides[i - 1].right);
    expect(sides.at(-1).right).toBeLessThanOrEqual(390);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });

  it('is walked by keys, and says where one is', async () => {
    const page = await open();
    const tree = page.getByRole('tree');
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowRight']) await tree.press(key);
    expect(await selected(page)).toMatch(/^rules, total 30\.0\scores, 30\.0\s%/);
    await tree.press('ArrowUp');
    expect(await selected(page)).toMatch(/^serve/);
    await tree.press('Enter');
    expect(await zoom(page)).toBe('main › serve');
  });

  it('says what is under the pointer without painting the graph again', async () => {
    const page = await open();
    await page.evaluate(() => {
      const clear = CanvasRenderingContext2D.prototype.clearRect;
      const painted = { base: 0, overlay: 0 };
      CanvasRenderingContext2D.prototype.clearRect = function (...area) {
        painted[this.canvas.dataset.testid === 'flame' ? 'overlay' : 'base']++;
        clear.apply(this, area);
      };
      Object.assign(globalThis, { painted });
    });
    await page.mouse.move(...(await pointAt(page, 3, 0.3)));
    await page.getByText('600 samples').waitFor();
    await page.mouse.move(...(await pointAt(page, 3, 0.7)));
    await page.getByText('300 samples').waitFor();
    expect(await page.evaluate(() => (globalThis as unknown as { painted: object }).painted)).toEqual({
      base: 0,
      overlay: 2,
    });
  });

  it('takes the tooltip away on a click, until the pointer moves', async () => {
    const page = await open();
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const [x, y] = await pointAt(page, 1, 0.3);
    await page.mouse.move(x, y);
    const tooltip = page.getByText(/\d samples/);
    await tooltip.waitFor();
    await page.mouse.click(x, y);
    expect(await zoom(page)).toBe('main');
    await page.waitForTimeout(300);
    expect(await tooltip.count()).toBe(0);
    await page.mouse.move(x + 5, y);
    await tooltip.waitFor();
  });

  it('has no tooltip after a tap', async () => {
    const context = await served.browser.newContext({
      viewport: { width: 390, height: 800 },
      hasTouch: true,
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    await page.goto(served.address);
    await page.getByTestId('flame').waitFor();
    await page.touchscreen.tap(...(await pointAt(page, 1, 0.3)));
    await expect.poll(() => zoom(page)).toBe('main');
    await page.waitForTimeout(300);
    expect(await page.getByText(/\d samples/).count()).toBe(0);
  });

  it('is no wider than a phone with all colours in its legend', async () => {
    const page = await open('', 'light', 390);
    await page.evaluate(() => showTree('kinds'));
    await expect.poll(() => page.getByRole('list', { name: 'Colours' }).getByRole('listitem').count()).toBe(6);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  });

  it('shows four lines of a long name, and the rest on request', async () => {
    const page = await open();
    await page.getByRole('tree').press('ArrowDown');
    expect(await page.getByRole('button', { name: 'Show all' }).count()).toBe(0);
    await page.evaluate(() => showTree('wordy'));
    await page.getByRole('tree').press('ArrowDown');
    const name = page.getByRole('heading', { name: 'shop::' });
    expect((await name.boundingBox())!.height).toBe(80);
    await page.getByRole('button', { name: 'Show all', expanded: false }).click();
    expect((await name.boundingBox())!.height).toBeGreaterThan(200);
    await page.getByRole('button', { name: 'Show less', expanded: true }).click();
    expect((await name.boundingBox())!.height).toBe(80);
  });

  it('searches by regex, counts once, walks the matches, and says what is wrong with a pattern', async () => {
    const page = await open();
    await page.keyboard.press('/');
    await page.keyboard.type('serve|rules');
    await expect.poll(() => page.getByRole('status').first().textContent()).toMatch(/^90\.0\s% · 2 frames$/);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    expect(await selected(page)).toMatch(/^rules/);
    await page.keyboard.type('(');
    expect(await page.getByRole('alert').textContent()).toMatch(/^Not a regular expression: unterminated group/);
  });

  it('keeps the zoom by names when new data come, and says when it is gone', async () => {
    const page = await open();
    await page.mouse.click(...(await pointAt(page, 3, 0.3)));
    await page.evaluate(() => showTree('after'));
    await page
      .getByRole('navigation', { name: 'Zoom' })
      .getByText(/40\.0\s% of all/)
      .waitFor();
    expect(await zoom(page)).toBe('main › serve › price');
    await page.evaluate(() => showTree('large'));
    await page.getByText('is not in this range: all is shown').waitFor();
  });

  it('says in words what it folded', async () => {
    const page = await open();
    await page.getByText(/3 frames under 1 px/).waitFor();
  });

  it('turns callers down: what time is spent in comes first', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'Callers down' }).click();
    await page.getByRole('tree').press('ArrowDown');
    expect(await selected(page)).toMatch(/^price, total 60\.0\scores/);
    await page.getByRole('tree').press('ArrowDown');
    expect(await selected(page)).toMatch(/^serve, total 60\.0\scores/);
  });

  it('names the largest change first, whatever the whole did, and shows it in the list', async () => {
    const page = await open('?diff');
    const headline = page.getByRole('heading', { level: 2 });
    expect(await headline.textContent()).toMatch(/^gone−25\.0 points25\.0\s% → 0\s%, gone$/);
    await headline.getByRole('button').click();
    const rows = page.getByRole('table', { name: 'Functions by change' }).getByRole('row');
    expect(await rows.filter({ hasText: /^gone/ }).getAttribute('aria-current')).toBe('true');
  });

  it('lists functions by change and shows a chosen one in the graph', async () => {
    const page = await open('?diff');
    const rows = page.getByRole('table', { name: 'Functions by change' }).getByRole('row');
    expect(await rows.nth(1).textContent()).toMatch(/^freshnew/);
    expect(await rows.nth(2).textContent()).toMatch(/^grown/);
    await page.getByRole('tab', { name: /Gone 1/ }).click();
    await rows.nth(1).click();
    expect(await rows.nth(1).getAttribute('aria-current')).toBe('true');
  });

  it.each(['light', 'dark'] as const)('has nothing for axe to find, %s', async (theme) => {
    for (const search of ['', '?diff']) {
      const page = await open(search, theme);
      await page.getByRole('tree').press('ArrowDown');
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    }
  });
});
