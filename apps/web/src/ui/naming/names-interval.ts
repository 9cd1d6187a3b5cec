/** Names of what was sampled long ago may come at any time: a view asks for them so often. */
const NAMES_MS = 30_000;

/** How often a view asks again: as its range wants, and at least for names while some are missing or the range stands still. */
export function namesInterval(ofRange: number | false, missing: boolean): number {
  return ofRange === false ? NAMES_MS : missing ? Math.min(ofRange, NAMES_MS) : ofRange;
}
