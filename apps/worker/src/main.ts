import { join } from 'node:path';
import { DebugFiles } from '@strata/debug-files';
import { createLogger, readSettings, runProgram } from '@strata/settings';
import { openStorage } from '@strata/storage';
import { describeElf, openIndexStore } from '@strata/symbolizer';
import { DebuginfodLookups } from './debuginfod/debuginfod-lookups.ts';
import { DebuginfodServer } from './debuginfod/debuginfod-server.ts';
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
  const indexes = openIndexStore(join(settings.dataFolder, 'symbols'));
  const files = new DebugFiles({ ...debugFiles, identify: describeElf });
  const indexBuilds = new IndexBuilds({
    files,
    indexes,
    scratch: join(debugFiles.folder, 'building'),
    limits: { bytes: debugFiles.indexBytesMost, seconds: BUILD_SECONDS_MOST },
    logger,
  });
  const debuginfod = new DebuginfodLookups({
    servers: debugFiles.debuginfodUrls.map((url) => new DebuginfodServer(url)),
    files,
    indexes,
    scratch: join(debugFiles.folder, 'fetched'),
    bytesMost: debugFiles.bytesMost,
    storage,
    logger,
  });
  const runner = new Runner(jobsOf(storage, indexBuilds, debuginfod, logger), logger);
  const app = createServer(runner);
  await app.listen({ host: settings.host, port: settings.ports.worker });
  logger.info({ port: settings.ports.worker }, 'listening');
  return async () => {
    await Promise.all([indexBuilds.stop(), debuginfod.stop()]);
    await runner.stop();
    await app.close();
    await storage.close();
  };
});
