import { existsSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright';
import { bundlePage } from '../../bench/bundle.ts';

const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
export const withoutBrowser = !existsSync(CHROMIUM);

export interface ServedPage {
  readonly browser: Browser;
  readonly address: string;
  close(): Promise<void>;
}

/** A page of this folder, bundled and served, and a browser to open it in. `put` answers what the page sends by PUT. */
export async function servePage(name: string, put?: RequestListener): Promise<ServedPage> {
  const files = await bundlePage(join(import.meta.dirname, name));
  const server = createServer((request, response) => {
    if (request.method === 'PUT' && put) return put(request, response);
    const file = files.get(new URL(request.url ?? '/', 'http://localhost').pathname);
    response.writeHead(file ? 200 : 404, { 'content-type': file?.type ?? 'text/plain' }).end(file?.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  return {
    browser,
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async close() {
      await browser.close();
      server.close();
    },
  };
}
