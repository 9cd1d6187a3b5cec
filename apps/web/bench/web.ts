/**
 * From the bytes of a profile to its picture, in a real Chromium with software raster, by the app's own components.
 * Each first paint is in a fresh page, so that nothing is warm. Prints one JSON line per figure.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { encodeCallTree } from '@strata/profile';
import { chromium } from 'playwright';
import { bundlePage } from './bundle.ts';
import { realisticTree } from './realistic-tree.ts';

const NODES = 100_000;
const RUNS = 15;
const MOVES = 400;

declare const firstPaint: (url: string) => Promise<number>;
declare const hover: (count: number) => { ms: number[]; basePaints: number };

const quantile = (values: number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]!;
const print = (name: string, value: number, unit: string) =>
  console.log(JSON.stringify({ name, value: Number(value.toFixed(3)), unit, peer: null, ratio: null }));

const files = await bundlePage(join(import.meta.dirname, 'page.tsx'));
const meta = { unit: 'nanoseconds', seconds: 3600, samples: 13_700_000, instances: 212 };
const columns = encodeCallTree(realisticTree(NODES), meta);
files.set('/columns', { type: 'application/octet-stream', body: Buffer.from(columns) });
const server = createServer((request, response) => {
  const file = files.get(request.url ?? '');
  response.writeHead(file === undefined ? 404 : 200, { 'content-type': file?.type ?? 'text/plain' }).end(file?.body);
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const paints: number[] = [];
let moves = { ms: [] as number[], basePaints: 0 };
for (let run = 0; run < RUNS; run++) {
  const page = await browser.newPage({ viewport: { width: 1600, height: 900 } });
  await page.goto(address, { waitUntil: 'load' });
  paints.push(await page.evaluate(() => firstPaint('/columns')));
  if (run === RUNS - 1) moves = await page.evaluate((count) => hover(count), MOVES);
  await page.close();
}
await browser.close();
server.close();

print('web.first_paint_100k_median', quantile(paints, 0.5), 'ms');
print('web.first_paint_100k_p95', quantile(paints, 0.95), 'ms');
print('web.hover_100k_p95', quantile(moves.ms, 0.95), 'ms');
print('web.hover_base_repaints', moves.basePaints, 'paints');
print('web.columns_100k', zstdCompressSync(columns).length / NODES, 'bytes/node');
