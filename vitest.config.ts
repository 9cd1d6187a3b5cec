import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts', 'test/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
          // Parca's package is made for bundlers: its imports have no file endings.
          server: { deps: { inline: ['@parca/client'] } },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // One product on one machine: the files take turns.
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'kernels',
          include: ['test/kernels/*.test.ts'],
          // An emulated machine takes both processors.
          fileParallelism: false,
        },
      },
    ],
  },
});
