import { join } from 'node:path';
import { createLogger, readSettings, runProgram } from '@strata/settings';
import { openStorage } from '@strata/storage';
import { openIndexStore } from '@strata/symbolizer';
import { createServer } from './server.ts';

await runProgram('strata-collector', async () => {
  const settings = readSettings();
  const logger = createLogger('strata-collector', settings.logLevel);
  const storage = await openStorage(settings);
  const app = createServer(settings, storage, openIndexStore(join(settings.dataFolder, 'symbols')));
  await app.listen({ host: settings.host, port: settings.ports.collector });
  logger.info({ port: settings.ports.collector }, 'listening');
  return async () => {
    await app.close();
    await storage.close();
  };
});
