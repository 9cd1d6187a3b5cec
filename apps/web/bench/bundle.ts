import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import tailwind from '@tailwindcss/postcss';
import postcss from 'postcss';
import { rolldown } from 'rolldown';

const web = join(import.meta.dirname, '..');

/** A page as files by path: production React, minified, with the app's own style sheet. */
export async function bundlePage(input: string): Promise<Map<string, { type: string; body: Buffer | string }>> {
  const bundle = await rolldown({
    input,
    platform: 'browser',
    transform: { define: { 'process.env.NODE_ENV': '"production"' }, jsx: 'react-jsx' },
    logLevel: 'silent',
  });
  const { output } = await bundle.generate({ format: 'esm', minify: true });
  const file = join(web, 'src/app/globals.css');
  const { css } = await postcss([tailwind({ base: join(web, 'src') })]).process(readFileSync(file), { from: file });
  const font = createRequire(import.meta.url).resolve('@fontsource-variable/inter/files/inter-latin-wght-normal.woff2');
  const html =
    '<!doctype html><html lang="en"><title>bench</title><link rel="stylesheet" href="/page.css"><div id="root"></div><script type="module" src="/page.js"></script></html>';
  return new Map([
    ['/', { type: 'text/html', body: html }],
    ['/page.js', { type: 'text/javascript', body: output[0].code }],
    [
      '/page.css',
      { type: 'text/css', body: css.replace(/url\([^)]*inter-latin-wght-normal[^)]*\)/, 'url(/inter.woff2)') },
    ],
    ['/inter.woff2', { type: 'font/woff2', body: readFileSync(font) }],
  ]);
}
