import type { UnixSeconds } from '@strata/profile';
import type { Logger } from '@strata/settings';
import type { Storage } from '@strata/storage';

/** Something done on a schedule. A run that fails is tried again at its next time. */
export interface Job {
  readonly name: string;
  /** Cron pattern, in UTC. */
  readonly schedule: string;
  run(): Promise<void>;
}

/** What the worker does today. */
export function jobsOf(storage: Storage, logger: Logger): readonly Job[] {
  return [
    {
      name: 'retention',
      schedule: '17 * * * *',
      async run() {
        const removed = await storage.applyRetention(Math.floor(Date.now() / 1000) as UnixSeconds);
        logger.info({ job: 'retention', removed }, 'removed what is past its time');
      },
    },
  ];
}
