import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '@strata/settings';

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8')) as {
  readonly version: string;
};

/** One program of Strata on this machine. */
export interface Program {
  readonly name: 'clickhouse' | 'collector' | 'worker' | 'web' | 'agent';
  /** From the project's root. */
  readonly entry: string;
  readonly port: number;
  readonly portSetting: string;
  readonly healthPath: string;
  readonly nodeFlags: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Without it the others go on: only the agent, which says itself why it cannot sample. */
  readonly optional: boolean;
}

/** In the order they start; they stop in the reverse. */
export function programsFor(settings: Settings): readonly Program[] {
  const program = (
    name: Program['name'],
    entry: string,
    more: Partial<Pick<Program, 'healthPath' | 'nodeFlags' | 'environment' | 'optional'>> = {},
  ): Program => ({
    name,
    entry,
    port: settings.ports[name],
    portSetting: `STRATA_${name.toUpperCase()}_PORT`,
    healthPath: '/healthz',
    nodeFlags: [],
    optional: false,
    ...more,
    environment: {
      OTEL_SERVICE_NAME: `strata-${name}`,
      OTEL_RESOURCE_ATTRIBUTES: `service.version=${version}`,
      // From the second start on nothing is compiled, and the compiler's own memory is not needed.
      NODE_COMPILE_CACHE: join(settings.dataFolder, 'compile-cache'),
      ...more.environment,
    },
  });
  return [
    ...(settings.clickhouse.embedded
      ? [program('clickhouse', 'packages/embedded-clickhouse/src/main.ts', { healthPath: '/ping' })]
      : []),
    program('collector', 'apps/collector/src/main.ts'),
    program('worker', 'apps/worker/src/main.ts'),
    program('web', 'apps/web/src/main.ts', { environment: { NODE_ENV: 'production' } }),
    program('agent', 'apps/agent/src/main.ts', {
      // The agent's heap is small and short-lived; V8 would let it grow to what the machine has. Marking all of it at once
      // takes a third of the time that marking in steps does, and nobody waits for the agent.
      nodeFlags: [
        '--max-old-space-size=96',
        '--max-semi-space-size=4',
        '--single-threaded-gc',
        '--no-incremental-marking',
        '--heap-growing-percent=100',
      ],
      // One arena of malloc instead of one per thread, and large blocks go back to the kernel: tens of megabytes less.
      environment: { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_TRIM_THRESHOLD_: '131072' },
      optional: true,
    }),
  ];
}
