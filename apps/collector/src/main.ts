import { join } from 'node:path';
import { DebugFiles } from '@strata/debug-files';
import { createLogger, readSettings, runProgram } from '@strata/settings';
import { openStorage } from '@strata/storage';
import { describeElf, openIndexStore } from '@strata/symbolizer';
import { createServer } from './server.ts';

await runProgram('strata-collector', async () => {
  const settings = readSettings();
  const logger = createLogger('strata-collector', settings.logLevel);
  const storage = await openStorage(settings);
  const symbols = openIndexStore(join(settings.dataFolder, 'symbols'));
  const debugFiles = new DebugFiles({ ...settings.debugFiles, identify: describeElf });
  const app = createServer(settings, { storage, symbols, debugFiles });
  const removeStale = () =>
    debugFiles.removeStale().catch((error) => logger.error({ error }, 'old uploads could not be deleted'));
  void removeStale();
  const everyHour = setInterval(() => void removeStale(), 3_600_000);
  await app.listen({ host: settings.host, port: settings.ports.collector });
  logger.info({ port: settings.ports.collector }, 'listening');
  return async () => {
    clearInterval(everyHour);
    await app.close();
    await storage.close();
  };
});
