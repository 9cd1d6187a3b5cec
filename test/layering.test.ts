import { describe, expect, test } from 'vitest';
import { sourceFiles } from './source-files.ts';

/** Who may import whom, as docs/ARCHITECTURE.md says. An arrow that is not here is a failing test. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'packages/profile': [],
  'packages/settings': [],
  'packages/embedded-clickhouse': ['settings'],
  'packages/storage': ['profile', 'settings'],
  'packages/symbolizer': ['profile', 'addon'],
  'packages/bpf': ['profile', 'addon'],
  'packages/debug-files': ['profile', 'settings'],
  'apps/agent': ['bpf', 'debug-files', 'symbolizer', 'profile', 'settings'],
  'apps/collector': ['debug-files', 'storage', 'symbolizer', 'profile', 'settings'],
  'apps/worker': ['debug-files', 'storage', 'symbolizer', 'profile', 'settings'],
  'apps/launcher': ['settings'],
  'apps/cli': ['debug-files', 'symbolizer', 'settings', 'addon'],
  'apps/web/src/server': ['debug-files', 'storage', 'symbolizer', 'profile', 'settings'],
  'apps/web/src/main.ts': ['settings'],
  'apps/web/src/guard.ts': ['settings'],
  'apps/web/src': ['profile'],
  'native/crates/addon': [],
};

/** Tests and benchmarks put parts together that must not know each other in the product. */
const isProduct = (path: string) => !/(^|\/)(test|bench)\//.test(path);

const RUST_ALLOWED: Readonly<Record<string, readonly string[]>> = {
  definitions: [],
  unwind: ['definitions'],
  symbolize: ['definitions'],
  sampler: ['definitions', 'symbolize', 'unwind'],
  replay: ['definitions', 'unwind'],
  addon: ['sampler', 'symbolize', 'unwind'],
};

const importsIn = (text: string) =>
  [...text.matchAll(/(?:from\s+|import\s*\(?\s*)['"]([^'"]+)['"]/g)].map((match) => match[1]!);

function layerOf(path: string): string | undefined {
  return Object.keys(ALLOWED)
    .filter((layer) => path === layer || path.startsWith(`${layer}/`))
    .sort((a, b) => b.length - a.length)[0];
}

describe('layering', () => {
  const files = sourceFiles('.ts', '.tsx', '.mts').filter(({ path }) => isProduct(path));

  test('every import of a part of ours is an allowed arrow', () => {
    const wrong = files.flatMap(({ path, text }) => {
      const layer = layerOf(path);
      if (layer === undefined) return [];
      return importsIn(text)
        .filter((target) => target.startsWith('@strata/'))
        .filter((target) => !ALLOWED[layer]!.includes(target.slice('@strata/'.length).split('/')[0]!))
        .map((target) => `${path} → ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  test('no relative import leaves its package, and no feature of the web app imports another', () => {
    const wrong = files.flatMap(({ path, text }) => {
      const home = /^((?:packages|apps)\/[^/]+|native\/[^/]+)\//.exec(path)?.[1];
      if (home === undefined) return [];
      const feature = /^apps\/web\/src\/features\/[^/]+\//.exec(path)?.[0];
      return importsIn(text)
        .filter((target) => target.startsWith('.'))
        .map((target) => new URL(target, `file:///${path}`).pathname.slice(1))
        .filter(
          (to) => !to.startsWith(`${home}/`) || (feature && to.includes('/src/features/') && !to.startsWith(feature)),
        )
        .map((to) => `${path} → ${to}`);
    });
    expect(wrong).toEqual([]);
  });

  test('only packages/storage holds SQL', () => {
    const sql = /\b(SELECT\s+[\s\S]{1,200}?\s+FROM\s|INSERT\s+INTO\s|CREATE\s+TABLE\s)/;
    const engine = /^packages\/(storage|embedded-clickhouse)\//;
    expect(files.filter(({ path, text }) => !engine.test(path) && sql.test(text)).map(({ path }) => path)).toEqual([]);
  });

  test('Rust crates depend on each other only as allowed', () => {
    const wrong = sourceFiles('Cargo.toml').flatMap(({ path, text }) => {
      const crate = /^native\/crates\/([^/]+)\/Cargo\.toml$/.exec(path)?.[1];
      if (crate === undefined) return [];
      return [...text.matchAll(/^strata-([a-z]+)\b/gm)]
        .map((match) => match[1]!)
        .filter((target) => !RUST_ALLOWED[crate]?.includes(target))
        .map((target) => `${crate} → ${target}`);
    });
    expect(wrong).toEqual([]);
  });
});
