import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeSettings, readSettings } from '../src/index.ts';

const refusal = (environment: Record<string, string>) => {
  try {
    readSettings(environment);
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
};

describe('settings', () => {
  test('stand on their own', () => {
    const settings = readSettings({});
    expect(settings.ports).toEqual({ web: 7400, collector: 7401, clickhouse: 7402, agent: 7403, worker: 7404 });
    expect(settings.clickhouse).toMatchObject({ url: 'http://127.0.0.1:7402', embedded: true, password: null });
    expect(settings.collectorUrl).toBe('http://127.0.0.1:7401');
  });

  test('an empty variable is an unset one', () => {
    expect(readSettings({ STRATA_WEB_PORT: '' }).ports.web).toBe(7400);
  });

  test('a ClickHouse of the user’s own replaces the embedded one', () => {
    const { clickhouse } = readSettings({
      STRATA_CLICKHOUSE_URL: 'http://127.0.0.1:8123',
      STRATA_CLICKHOUSE_PASSWORD: 'x',
    });
    expect(clickhouse).toMatchObject({ url: 'http://127.0.0.1:8123', embedded: false, password: 'x' });
  });

  test('a place on an S3 server and debuginfod servers are taken apart', () => {
    const { debugFiles } = readSettings({
      STRATA_DEBUG_FILES_URL: 's3://strata/debug/files/?endpoint=http://127.0.0.1:7070&region=eu-1',
      DEBUGINFOD_URLS: ' https://a.example  http://b.example/x ',
    });
    expect(debugFiles.s3).toEqual({
      bucket: 'strata',
      prefix: 'debug/files/',
      region: 'eu-1',
      endpoint: 'http://127.0.0.1:7070',
    });
    expect(debugFiles.debuginfodUrls).toEqual(['https://a.example', 'http://b.example/x']);
  });

  test.each([
    [{ STRATA_WEB_PORT: '70000' }, /^STRATA_WEB_PORT=70000 cannot be used: .+\.$/],
    [{ STRATA_WEB_PORT: 'web' }, /^STRATA_WEB_PORT=web cannot be used: .+\.$/],
    [{ STRATA_SAMPLE_HZ: '0' }, /^STRATA_SAMPLE_HZ=0 cannot be used: .+\.$/],
    [{ STRATA_KERNEL_BYTES: '1000' }, /^STRATA_KERNEL_BYTES=1000 cannot be used: .+\.$/],
    [{ STRATA_HOST: '0.0.0.0' }, /^STRATA_HOST=0\.0\.0\.0 cannot be used: must be a loopback address/],
    [{ STRATA_DEBUG_FILES_URL: '/srv' }, /^STRATA_DEBUG_FILES_URL=\/srv cannot be used: it must have the form/],
    [{ STRATA_DEBUG_FILES_URL: 's3://key:secret@b' }, /cannot be used: it must have no key in it/],
    [{ STRATA_DEBUG_FILES_URL: 's3://b?zone=a' }, /cannot be used: it has the parameter zone, and known are/],
    [{ DEBUGINFOD_URLS: 'debuginfod.example' }, /cannot be used: debuginfod\.example is no http or https address\.$/],
    [{ STRATA_CLICKHOUSE_URL: 'not a url' }, /^STRATA_CLICKHOUSE_URL=not a url cannot be used: .+\.$/],
    [
      { STRATA_CLICKHOUSE_DATABASE: 'a; drop' },
      /^STRATA_CLICKHOUSE_DATABASE=a; drop cannot be used: must be an identifier\.$/,
    ],
  ])('%j is refused in one sentence', (environment, sentence) => {
    expect(refusal(environment)).toMatch(sentence);
  });

  test('the README’s table has every setting', () => {
    const readme = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8');
    for (const { name, meaning } of describeSettings()) {
      expect(readme).toContain(`| \`${name}\` |`);
      expect(readme).toContain(meaning);
    }
  });
});
