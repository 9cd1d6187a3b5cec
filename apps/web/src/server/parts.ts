import type { StackProfile } from '@strata/profile';
import type { Logger } from '@strata/settings';
import type { Storage } from '@strata/storage';
import type { AnswerCache } from './answer-cache.ts';
import type { Names } from './read-profile.ts';

/** What the server is made of: one of each in a process. */
export interface Parts {
  readonly logger: Logger;
  readonly storage: Storage;
  readonly answers: AnswerCache;
  /** Names for the frames of a profile, by the symbol indexes there are now. */
  readonly nameFrames: (profile: StackProfile) => Promise<Names>;
}

/** Opens the parts at first use and keeps them; after a failure the next call tries again. Throws StorageError. */
export interface PartsHolder {
  readonly open: () => Promise<Parts>;
  /** Why the parts are not open yet; `null` once they are. */
  readonly missing: () => string | null;
}

// The program (main.ts) runs outside Next's bundles and hands over by the process: so storage and symbolizer are there
// once, run as they are written, and need no build.
const KEY = Symbol.for('strata.web.parts');
const process = globalThis as { [KEY]?: PartsHolder };

export function provideParts(holder: PartsHolder): void {
  process[KEY] = holder;
}

export function partsHolder(): PartsHolder {
  const holder = process[KEY];
  if (holder === undefined) throw new Error('The web server was not started by apps/web/src/main.ts.');
  return holder;
}

export const getParts = (): Promise<Parts> => partsHolder().open();
