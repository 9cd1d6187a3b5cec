import type { ServiceSummary } from '../api.ts';

type Version = ServiceSummary['versions'][number];

const byNumbers = new Intl.Collator('en', { numeric: true });

/** Newest first by when each was first seen; of two seen first at once, as in a canary, the greater version is the newer. */
export function newestFirst(versions: readonly Version[]): readonly Version[] {
  return versions.toSorted((a, b) => b.firstSeen - a.firstSeen || byNumbers.compare(b.version, a.version));
}
