import { createLogger, readSettings } from '@strata/settings';
import { STATUS, type WebError } from './errors.ts';

const logger = createLogger('strata-web', readSettings().logLevel);

/** Notes what went wrong on our side, with its cause; what the asker did wrong they are told, and that is enough. */
export function logFailure(error: WebError, where: string): void {
  if (STATUS[error.code] < 500) return;
  logger.error({ code: error.code, err: error.cause ?? error }, `${where}: ${error.message}`);
}
