import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sortCounters } from '../src/features/agents/agent-counters.ts';
import { meaningOf } from '../src/features/agents/reasons.ts';
import { formatCompleteness, stackRows } from '../src/features/agents/stack-rows.ts';
import { formatBinaryBytes } from '../src/features/agents/table-figures.ts';
import { type ServedPage, servePage, withoutBrowser } from './browser/serve-page.ts';

/** Spaces of any width and lines are one space each. */
const plain = (text: string) => text.replace(/\s+/g, ' ').trim();

const table = { rows: 1, rules: 1, bytes: 4096, buildMs: 1, failure: '' };
const executable = (path: string, outcomes: Record<string, number>, failure = '') => ({
  path,
  outcomes,
  table: { ...table, failure },
});

test('executables stand by incomplete stacks; ends of processes and the kernel’s threads cut nothing off', () => {
  const { rows, kernelSamples } = stackRows({
    executables: [
      executable('/bin/whole', { COMPLETE: 900 }),
      executable('/bin/cut', { COMPLETE: 60, READ_FAULT: 10, NO_RULE: 30, EXITING: 50 }, 'It is no ELF file.'),
      executable('/bin/worse', { NO_TABLE: 41 }),
      executable('[kernel]', { KERNEL_ONLY: 7 }),
      executable('/bin/ended', { EXITING: 1_000 }),
    ],
    others: { COMPLETE: 1, TRUNCATED: 99 },
    tables: [],
  });
  expect(
    rows.map(({ path, samples, incomplete, completeShare, causes, failure }) =>
      [
        path,
        samples,
        incomplete,
        completeShare,
        causes.map(({ name, count }) => `${name} ${count}`).join(),
        failure,
      ].join(' | '),
    ),
  ).toEqual([
    '/bin/worse | 41 | 41 | 0 | outcome.NO_TABLE 41 | ',
    '/bin/cut | 150 | 40 | 0.6 | outcome.EXITING 50,outcome.NO_RULE 30,outcome.READ_FAULT 10 | It is no ELF file.',
    '/bin/ended | 1000 | 0 |  | outcome.EXITING 1000 | ',
    '/bin/whole | 900 | 0 | 1 |  | ',
    ' | 100 | 99 | 0.01 | outcome.TRUNCATED 99 | ',
  ]);
  expect(kernelSamples).toBe(7);
});

test('a share next to all is never written as all', () => {
  const written = [0, 0.6, 0.9989, 0.999, 0.99996, 1].map((value) => plain(formatCompleteness(value)));
  expect(written).toEqual(['0 %', '60.0 %', '99.9 %', '99.90 %', '99.99 %', '100 %']);
});

test('bytes are written in powers of two', () => {
  const written = [0, 1023, 1024, 1_048_000, 49_932_208, 134_217_728, 3 * 2 ** 40].map((value) =>
    plain(formatBinaryBytes(value)),
  );
  expect(written).toEqual(['0 B', '1,023 B', '1.00 KiB', '1,023 KiB', '47.6 MiB', '128 MiB', '3,072 GiB']);
});

test('what an agent takes in the kernel is told apart from its other counters, and by old agents not at all', () => {
  const counters = {
    'kernel.bytes': 5,
    'kernel.bytes_most': 9,
    'tables.built': 3,
    'tables.failed': 2,
    'tables.evicted': 1,
  };
  const { tables, rest } = sortCounters({ ...counters, 'tables.cache_failures': 4 });
  expect(tables).toEqual({ bytes: 5, bytesMost: 9, built: 3, failed: 2, evicted: 1 });
  expect(rest.map(({ name }) => name)).toEqual(['tables.cache_failures']);
  expect(sortCounters({ kept: 1 }).tables).toBeNull();
});

describe.skipIf(withoutBrowser)('stacks on the agents page', () => {
  let served: ServedPage;

  beforeAll(async () => {
    served = await servePage('agents.tsx');
  });
  afterAll(() => served?.close());

  async function open(search = '', width = 1280, colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
    const context = await served.browser.newContext({ viewport: { width, height: 900 }, colorScheme });
    const page = await context.newPage();
    await page.goto(`${served.address}${search}`);
    await page.getByRole('heading', { name: 'node-1' }).waitFor();
    return page;
  }
  const textsOf = async (page: Page, name: RegExp) => (await rowsOf(page, name).allInnerTexts()).map(plain);
  const rowsOf = (page: Page, name: RegExp) => page.getByRole('table', { name }).getByRole('row');

  test('say per executable what is whole and what cut the others off, with the reason’s sentence', async () => {
    const page = await open();
    const rows = rowsOf(page, /^Executables/);
    expect(await rows.count()).toBe(11);
    const texts = await textsOf(page, /^Executables/);
    expect(texts[1]).toBe(
      'engine-with-a-very-long-name-2.41.0-x86_64 /opt/vendor/lib No unwind table: The file is no ELF file of this machine. 5,400 7.4 % — no frame pointer 5,000',
    );
    expect(texts[2]).toBe(
      'node /usr/bin 100 k 99.97 % 451 k rows 1.73 MiB, ready in 108 ms exiting 40 no table 20 truncated 10',
    );
    expect(await rows.nth(2).getByText('truncated').last().getAttribute('title')).toBe(meaningOf('outcome.TRUNCATED'));
    await page.getByRole('button', { name: 'Show all 24 executables' }).press('Enter');
    expect((await textsOf(page, /^Executables/)).at(-1)).toBe('All other executables 300 100 % —');
    await page.getByText('1,204 samples of the kernel’s own threads').waitFor();
  });

  test('say of unwind tables what each takes, and what all may', async () => {
    const page = await open();
    const texts = await textsOf(page, /^Unwind tables/);
    expect(texts.slice(1)).toEqual([
      'engine-with-a-very-long-name-2.41.0-x86_64 /opt/vendor/lib The file is no ELF file of this machine. — — none 0.40 ms',
      'libchdb.so /usr/lib 5.74 M 2,791 22.0 MiB 1.13 s',
      'node /usr/bin 451 k 203 1.73 MiB 108 ms',
    ]);
    const budget = page.getByRole('region', { name: 'Unwind tables' }).getByRole('paragraph');
    expect(plain((await budget.allInnerTexts())[0]!)).toBe(
      '47.6 MiB of 128 MiB in the kernel 25 files have a table 1 has none 3 left to make room',
    );
  });

  test('of several agents are asked for only when unfolded, by key as well', async () => {
    const page = await open('?two');
    const buttons = page.getByRole('button', { name: /^Stacks/ });
    expect(await buttons.count()).toBe(2);
    expect(await page.evaluate(() => document.body.dataset.asked)).toBeUndefined();
    await buttons.nth(1).press('Enter');
    await rowsOf(page, /^Executables/)
      .first()
      .waitFor();
    expect(await page.evaluate(() => document.body.dataset.asked)).toBe('node-2:7403');
    expect(await buttons.nth(1).getAttribute('aria-expanded')).toBe('true');
  });

  test.each([
    ['?nothing', 'No program has been sampled yet.'],
    ['?untold', 'Its last report tells nothing of single programs.'],
    ['?waiting', 'Loading stacks …'],
    ['?broken', 'What this agent tells of stacks cannot be read: ClickHouse does not answer.'],
  ])('%s: «%s»', async (search, sentence) => {
    const page = await open(search);
    await page.getByText(sentence).waitFor({ state: 'attached' });
  });

  test.each([
    [1280, 'light'],
    [1280, 'dark'],
    [390, 'light'],
    [390, 'dark'],
  ] as const)('at %i px, %s: nothing is cut off, and axe finds nothing', async (width, colorScheme) => {
    const page = await open('', width, colorScheme);
    await rowsOf(page, /^Unwind tables/)
      .first()
      .waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`)).toEqual([]);
    if (process.env.SHOTS)
      await page.screenshot({ path: `${process.env.SHOTS}/${width}-${colorScheme}.png`, fullPage: true });
  });
});
