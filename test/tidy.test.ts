import { describe, expect, test } from 'vitest';
import { sourceFiles } from './source-files.ts';

/** Files above 500 lines, each with its reason. Nothing may be added without one. */
const LONG_FILES: Readonly<Record<string, string>> = {};

const isGenerated = (path: string) => /generated|\.gen\./.test(path);
const code = sourceFiles('.ts', '.tsx', '.mjs', '.rs', '.c', '.h', '.cpp', '.go', '.py', '.js', '.sql').filter(
  ({ path }) => !isGenerated(path),
);
const lines = (text: string) => text.split('\n').length - 1;
const percentile = (sorted: readonly number[], share: number) => sorted[Math.floor((sorted.length - 1) * share)]!;

describe('tidy', () => {
  const lengths = code.map(({ text }) => lines(text)).sort((a, b) => a - b);

  test('half of all files have at most 130 lines, nine in ten at most 350', () => {
    expect(percentile(lengths, 0.5)).toBeLessThanOrEqual(130);
    expect(percentile(lengths, 0.9)).toBeLessThanOrEqual(350);
  });

  test('a file above 500 lines has its reason here', () => {
    const long = code.filter(({ text }) => lines(text) > 500).map(({ path }) => path);
    expect(long.filter((path) => !(path in LONG_FILES))).toEqual([]);
  });

  test('no folder or file is named for nothing in particular', () => {
    const vague = /(^|\/)(utils?|common|shared|helpers?|misc)(\/|\.[a-z]+$)/;
    expect(code.filter(({ path }) => vague.test(path)).map(({ path }) => path)).toEqual([]);
  });

  test('names of files are kebab-case', () => {
    const odd = /\/[^/]*[A-Z][^/]*\.tsx?$/;
    expect(code.filter(({ path }) => odd.test(path)).map(({ path }) => path)).toEqual([]);
  });

  test('at most five folders stand above a file', () => {
    const route = (path: string) => path.startsWith('apps/web/src/app/');
    expect(code.filter(({ path }) => !route(path) && path.split('/').length > 6).map(({ path }) => path)).toEqual([]);
  });

  test('nothing is left for later, and no check is switched off without its reason', () => {
    const marks = /\b(TODO|FIXME|XXX|HACK)\b|@ts-(ignore|nocheck|expect-error)|\bas any\b/;
    const own = 'test/tidy.test.ts';
    expect(code.filter(({ path, text }) => path !== own && marks.test(text)).map(({ path }) => path)).toEqual([]);
  });

  test('the lockfile names no registry', () => {
    const [lockfile] = sourceFiles('package-lock.json');
    expect(lockfile!.text).not.toMatch(/"resolved": "http/);
  });
});
