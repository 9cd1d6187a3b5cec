import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SymbolizerError } from '@strata/symbolizer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSource } from '../../src/server/source/source-door.ts';
import { SourceTexts } from '../../src/server/source/source-texts.ts';
import { sourceAddress } from '../../src/server/source/source-url.ts';

const LINES = Array.from({ length: 40 }, (_, i) => `line ${i + 1}`);

/** As an index of `gnu:ab12` has it; that of `gnu:dead` is damaged. */
const embedded = {
  async sourceText(build: string, path: string) {
    if (build === 'gnu:dead') throw new SymbolizerError('INVALID_INDEX', 'The symbol index is damaged.');
    return build === 'gnu:ab12' && path === '/build/shop/cart/total.cpp' ? 'int embedded;\n' : null;
  },
};
let top: string;
let folder: string;
let texts: SourceTexts;

beforeAll(() => {
  top = mkdtempSync(join(tmpdir(), 'strata-sources-'));
  folder = join(top, 'sources');
  mkdirSync(join(folder, 'shop/cart'), { recursive: true });
  writeFileSync(join(top, 'secret.txt'), 'secret');
  writeFileSync(join(folder, 'shop/cart/total.cpp'), `${LINES.join('\n')}\n`);
  writeFileSync(join(folder, 'total.cpp'), 'another\n');
  writeFileSync(join(folder, 'dos.c'), 'a\r\nb\r\n');
  writeFileSync(join(folder, 'image.c'), 'P\0NG');
  writeFileSync(join(folder, 'large.c'), Buffer.alloc((4 << 20) + 1, 'x'));
  writeFileSync(join(folder, 'wide.c'), 'x'.repeat(5_000));
  symlinkSync(join(top, 'secret.txt'), join(folder, 'link.txt'));
  symlinkSync(top, join(folder, 'up'));
  texts = new SourceTexts({ folder, url: null }, embedded);
});
afterAll(() => rmSync(top, { recursive: true }));

const read = (query: string, from = texts) =>
  readSource(
    from,
    new Map(
      [...new Set(new URLSearchParams(query).keys())].map((name) => [name, new URLSearchParams(query).getAll(name)]),
    ),
  );
const refusal = async (query: string, from = texts) => {
  const refused = (async () => read(query, from))();
  const { code, message } = await refused.then(
    () => ({ code: 'none', message: '' }),
    (error) => error as { code: string; message: string },
  );
  return `${code} ${message}`;
};

describe('sources in debug information', () => {
  const file = 'file=/build/shop/cart/total.cpp';

  test('stand before all others, as what really ran', async () => {
    expect(await read(`${file}&build=gnu:cd34&build=gnu:ab12`)).toEqual({
      path: '/build/shop/cart/total.cpp, as kept in the debug information',
      first: 1,
      lines: ['int embedded;', ''],
      count: 1,
    });
    expect((await read(`${file}&build=gnu:cd34`)).path).toBe('shop/cart/total.cpp');
    const nowhere = new SourceTexts({ folder: null, url: null }, embedded);
    expect((await read(`${file}&build=gnu:ab12`, nowhere)).lines[0]).toBe('int embedded;');
    expect(await refusal(file, nowhere)).toMatch(/^NO_SOURCES The debug information has no sources in it/);
  });

  test('are passed over where an index is damaged', async () => {
    expect((await read(`${file}&build=gnu:dead&build=gnu:ab12`)).lines[0]).toBe('int embedded;');
    expect((await read(`${file}&build=gnu:dead`)).path).toBe('shop/cart/total.cpp');
  });

  test.each(['build=../x', `build=${'gnu:ab12&build='.repeat(17)}gnu:ab12`])('?%s is refused', async (query) => {
    expect(await refusal(`${file}&${query}`)).toMatch(/^INVALID_PARAMETER The parameters build/);
  });
});

describe('sources in a folder', () => {
  test('are found by the longest end of the path that is there', async () => {
    for (const path of ['/build/7/shop/cart/total.cpp', 'shop/cart/./total.cpp', '/x/../shop/cart/total.cpp'])
      expect(await read(`file=${path}&from=3&to=4`)).toEqual({
        path: 'shop/cart/total.cpp',
        first: 3,
        lines: ['line 3', 'line 4'],
        count: 40,
      });
    expect((await read('file=/elsewhere/total.cpp')).path).toBe('total.cpp');
  });

  test('have lines whatever ends them, and none beyond the last', async () => {
    expect(await read('file=dos.c&to=2')).toMatchObject({ lines: ['a', 'b'], count: 2 });
    expect(await read('file=total.cpp&from=900&to=910')).toMatchObject({ lines: [], count: 1 });
  });

  test('are given in bounded pieces', async () => {
    const [line] = (await read('file=wide.c')).lines;
    expect(line).toHaveLength(1_002);
    expect(await refusal('file=large.c')).toMatch(/^SOURCE_TOO_LARGE .* larger than 4 MiB, too large to show\.$/);
    expect(await refusal('file=image.c')).toMatch(/^SOURCE_NOT_FOUND image\.c is no text\.$/);
  });

  test.each([
    '../secret.txt',
    '/../../secret.txt',
    'shop/../../secret.txt',
    'link.txt',
    'up/secret.txt',
    '..\\secret.txt',
    'secret.txt%00.c',
    'shop',
    '.',
  ])('nothing outside of it is read: %s', async (path) => {
    expect(await refusal(`file=${path}`)).toMatch(/^SOURCE_NOT_FOUND .* was not found in the folder /s);
  });

  test.each([
    ['', /^INVALID_PARAMETER The parameters file cannot be used/],
    ['file=a.c&from=0', /^INVALID_PARAMETER The parameters from cannot be used/],
    ['file=a.c&from=x', /^INVALID_PARAMETER/],
    ['file=a.c&mode=rw', /^INVALID_PARAMETER/],
  ])('?%s is refused in one sentence', async (query, sentence) => {
    expect(await refusal(query)).toMatch(sentence);
  });

  test('without any place it says what to do', async () => {
    const none = new SourceTexts({ folder: null, url: null }, embedded);
    expect(await refusal('file=a.c', none)).toBe(
      'NO_SOURCES The debug information has no sources in it, and Strata was not told where they are: start it with STRATA_SOURCE_FOLDER or STRATA_SOURCE_URL.',
    );
  });
});

describe('sources at an address', () => {
  const asked: string[] = [];
  let server: Server;
  let from: SourceTexts;

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url!);
      const status = /missing/.test(request.url!) ? 404 : /broken/.test(request.url!) ? 500 : 200;
      if (/moved/.test(request.url!)) response.writeHead(302, { location: '/raw/v1/a.c' }).end();
      else response.writeHead(status).end('one\ntwo\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    from = new SourceTexts({ folder, url: `http://127.0.0.1:${port}/raw/{version}/{file}` }, embedded);
  });
  afterAll(() => server.close());

  test('are fetched once for a while, when the folder has none', async () => {
    for (let i = 0; i < 3; i++)
      expect((await read('file=/src/a b.c&version=v/1', from)).lines).toEqual(['one', 'two', '']);
    expect((await read('file=dos.c', from)).path).toBe('dos.c');
    expect(asked).toEqual(['/raw/v%2F1/src/a%20b.c']);
  });

  test('fail in one sentence', async () => {
    expect(await refusal('file=missing.c', from)).toMatch(
      /^SOURCE_NOT_FOUND .* in the folder .* and 127\.0\.0\.1:\d+\.$/,
    );
    expect(await refusal('file=broken.c', from)).toMatch(/^SOURCE_UNAVAILABLE .* it answered with status 500\.$/);
    expect(await refusal('file=moved.c', from)).toMatch(/^SOURCE_UNAVAILABLE .* no connection\.$/);
  });

  test('never lead out of the path they are in', () => {
    expect(sourceAddress('https://git.example/{file}', '../../etc/passwd', '')).toBeNull();
    expect(sourceAddress('https://git.example/{file}?v={version}', 'a/%2e%2e/b?c#d', 'x&y')).toBe(
      'https://git.example/a/%252e%252e/b%3Fc%23d?v=x%26y',
    );
  });
});
