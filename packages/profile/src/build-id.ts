import type { BuildId, BuildIdKind } from './model.ts';
import { ProfileError } from './profile-error.ts';

const BUILD_ID = /^(gnu|go|htlhash):([a-f0-9]{2,64})$/;

/** Checks `kind:hex` before it touches a path or a table. Throws ProfileError `INVALID_BUILD_ID`. */
export function parseBuildId(text: string): BuildId {
  if (!BUILD_ID.test(text)) {
    throw new ProfileError(
      'INVALID_BUILD_ID',
      `«${text.slice(0, 80)}» is not a build ID: write gnu:, go: or htlhash: and 2 to 64 hex digits in lower case.`,
    );
  }
  return text as BuildId;
}

export function splitBuildId(buildId: BuildId): { kind: BuildIdKind; hex: string } {
  const [, kind, hex] = BUILD_ID.exec(buildId)!;
  return { kind: kind as BuildIdKind, hex: hex! };
}
