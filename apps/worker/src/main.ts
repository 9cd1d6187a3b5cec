import { join } from 'node:path';
import { DebugFiles } from '@strata/debug-files';
import { createLogger, readSettings, runProgram } from '@strata/settings';
import { openStorage } from '@strata/storage';
import { describeElf, openIndexStore } from '@strata/symbolizer';
import { IndexBuilds } from './indexing/index-builds.ts';
import { jobsOf } from './jobs.ts';
import { Runner } from './runner.ts';
import { createServer } from './server.ts';

/** At a low priority, on a machine that may be busy. */
const BUILD_SECONDS_MOST = 15 * 60;

await runProgram('strata-worker', async () => {
  const settings = readSettings();
  const logger = createLogger('strata-worker', settings.logLevel);
  const storage = await openStorage(settings);
  const { debugFiles } = settings;
  const indexFolder = join(settings.dataFolder, 'symbols');
  const indexBuilds = new IndexBuilds({
    files: new DebugFiles({ ...debugFiles, identify: describeElf }),
    indexes: openIndexStore(indexFolder),
    indexFolder,
    scratch: join(debugFiles.folder, 'building'),
    limits: { bytes: debugFiles.indexBytesMost, seconds: BUILD_SECONDS_MOST },
    logger,
  });
  const runner = new Runner(jobsOf(storage, indexBuilds, logger), logger);
  const app = createServer(runner);
  await app.listen({ host: settings.host, port: settings.ports.worker });
  logger.info({ port: settings.ports.worker }, 'listening');
  return async () => {
    await indexBuilds.stop();
    await runner.stop();
    await app.close();
    await storage.close();
  };
});
