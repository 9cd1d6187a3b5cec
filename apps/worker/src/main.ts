import { createLogger, readSettings, runProgram } from '@strata/settings';
import { openStorage } from '@strata/storage';
import { jobsOf } from './jobs.ts';
import { Runner } from './runner.ts';
import { createServer } from './server.ts';

await runProgram('strata-worker', async () => {
  const settings = readSettings();
  const logger = createLogger('strata-worker', settings.logLevel);
  const storage = await openStorage(settings);
  const runner = new Runner(jobsOf(storage, logger), logger);
  const app = createServer(runner);
  await app.listen({ host: settings.host, port: settings.ports.worker });
  logger.info({ port: settings.ports.worker }, 'listening');
  return async () => {
    await runner.stop();
    await app.close();
    await storage.close();
  };
});
