import { join } from 'node:path';
import { createLogger, type Settings } from '@strata/settings';
import { openStorage } from '@strata/storage';
import { nameFrames, openIndexStore } from '@strata/symbolizer';
import { AnswerCache } from './answer-cache.ts';
import type { Parts, PartsHolder } from './parts.ts';

/** Starts opening at once, since ClickHouse may come up later than we do, and again whenever asked after a failure. */
export function holdParts(settings: Settings): PartsHolder & { readonly close: () => Promise<void> } {
  let parts: Promise<Parts> | undefined;
  let missing: string | null = 'ClickHouse has not answered yet.';

  async function openParts(): Promise<Parts> {
    const storage = await openStorage(settings);
    const symbols = openIndexStore(join(settings.dataFolder, 'symbols'));
    missing = null;
    return {
      logger: createLogger('strata-web', settings.logLevel),
      storage,
      answers: new AnswerCache(),
      nameFrames: (profile) => nameFrames(profile, symbols),
    };
  }
  const open = () => {
    parts ??= openParts().catch((error: Error) => {
      parts = undefined;
      missing = error.message;
      throw error;
    });
    return parts;
  };
  open().catch(() => {});
  return { open, missing: () => missing, close: async () => (await parts?.catch(() => undefined))?.storage.close() };
}
