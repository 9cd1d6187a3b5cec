import type { BuildId } from '@strata/profile';
import { DebugFileError } from './debug-file-error.ts';

/** Said instead of a build ID by who does not know it: the file's own. */
export const OWN_BUILD_ID = 'own';

const CLAIM = /^(?:(gnu|go|htlhash):)?([a-f0-9]{2,64})$/;
const KINDS = ['gnu', 'go', 'htlhash'] as const;

/** A build ID as an uploader says it: Parca's clients send hex digits only, ours the kind before them. */
export interface ClaimedBuildId {
  /** Null when it was not said. */
  readonly kind: (typeof KINDS)[number] | null;
  readonly hex: string;
}

/** Checks what was sent before it touches a path. Throws DebugFileError `INVALID_BUILD_ID`. */
export function parseClaim(text: string): ClaimedBuildId {
  const match = CLAIM.exec(text);
  if (match === null) {
    throw new DebugFileError(
      'INVALID_BUILD_ID',
      `«${text.slice(0, 80)}» is no build ID: it is 2 to 64 hex digits in lower case, with gnu:, go: or htlhash: before them or not.`,
    );
  }
  return { kind: (match[1] as ClaimedBuildId['kind']) ?? null, hex: match[2]! };
}

/** All build IDs that may be meant, the likeliest first. */
export function candidatesOf({ kind, hex }: ClaimedBuildId): readonly BuildId[] {
  return (kind === null ? KINDS : [kind]).map((each) => `${each}:${hex}` as BuildId);
}

/** As it was said. */
export const claimText = ({ kind, hex }: ClaimedBuildId) => (kind === null ? hex : `${kind}:${hex}`);
