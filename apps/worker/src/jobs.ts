import type { UnixSeconds } from '@strata/profile';
import type { Logger } from '@strata/settings';
import type { Storage } from '@strata/storage';
import type { DebuginfodLookups } from './debuginfod/debuginfod-lookups.ts';
import type { IndexBuilds } from './indexing/index-builds.ts';

/** Something done on a schedule. A run that fails is tried again at its next time. */
export interface Job {
  readonly name: string;
  /** Cron pattern, in UTC; with a sixth part in front it has seconds. */
  readonly schedule: string;
  run(): Promise<void>;
}

/** What the worker does today. */
export function jobsOf(
  storage: Storage,
  indexBuilds: IndexBuilds,
  debuginfod: DebuginfodLookups,
  logger: Logger,
): readonly Job[] {
  return [
    {
      name: 'retention',
      schedule: '17 * * * *',
      async run() {
        const removed = await storage.applyRetention(Math.floor(Date.now() / 1000) as UnixSeconds);
        logger.info({ job: 'retention', removed }, 'removed what is past its time');
      },
    },
    { name: 'index-builds', schedule: '*/3 * * * * *', run: () => indexBuilds.run() },
    { name: 'debuginfod', schedule: '*/10 * * * * *', run: () => debuginfod.run() },
  ];
}
