import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLogger, openDataFolder, readSettings, runProgram, SettingsError } from '@strata/settings';
import next from 'next';
import { guard } from './guard.ts';
import { answerApi } from './server/api.ts';
import { PartsHolder } from './server/parts.ts';

const home = join(dirname(fileURLToPath(import.meta.url)), '..');

await runProgram('strata-web', async () => {
  const settings = readSettings();
  const logger = createLogger('strata-web', settings.logLevel);
  openDataFolder(settings.dataFolder);
  if (!existsSync(join(home, '.next', 'BUILD_ID')))
    throw new SettingsError('The web app is not built: run npm run build -w apps/web, or npm start, which does.');

  const server = createServer();
  const { host } = settings;
  const port = settings.ports.web;
  const parts = new PartsHolder(settings, logger);
  const app = next({ dev: false, dir: home, hostname: host, port, httpServer: server, quiet: true });
  const prepared = Promise.withResolvers<ReturnType<typeof app.getRequestHandler>>();
  // Before the first connection: what comes while Next is still getting ready waits, and would else never be answered.
  server.on('request', (request, response) => {
    if (!guard(request, response) || answerApi(parts, request, response)) return;
    void prepared.promise.then((handle) => handle(request, response));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  await app.prepare();
  prepared.resolve(app.getRequestHandler());
  logger.info({ host, port }, 'listening');

  return async () => {
    server.close();
    server.closeIdleConnections();
    await app.close();
    await parts.close();
  };
});
