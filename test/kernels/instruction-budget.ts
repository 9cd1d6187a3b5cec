import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** By kernel and program: what the verifier goes through, which every branch in the programs may multiply. */
type Record = { [kernel: string]: { [program: string]: number } };

const FILE = join(import.meta.dirname, 'verified-instructions.json');
/** BPF_COMPLEXITY_LIMIT_INSNS, since 5.2. */
const LIMIT = 1_000_000;
/** Kernels that are not tested here count differently, so some of the limit stays free. */
const SHARE_MOST = 0.8;
const GROWTH_MOST = 1.2;

/**
 * Sentences about programs that cost the verifier more than they may: a fifth more than was recorded, or too much of its
 * limit. With STRATA_RECORD=1 the record is written anew instead.
 */
export function overBudget(kernel: string, verified: { readonly [program: string]: number }): string[] {
  const record = JSON.parse(readFileSync(FILE, 'utf8')) as Record;
  if (process.env.STRATA_RECORD) {
    const kernels = Object.entries({ ...record, [kernel]: verified });
    kernels.sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
    writeFileSync(FILE, `${JSON.stringify(Object.fromEntries(kernels), null, 2)}\n`);
    return [];
  }
  return Object.entries(verified).flatMap(([program, count]) => {
    const recorded = record[kernel]?.[program];
    const most = Math.floor(Math.min(LIMIT * SHARE_MOST, recorded === undefined ? LIMIT : recorded * GROWTH_MOST));
    if (count <= most) return [];
    return [`${program} takes the verifier of ${kernel} ${count} instructions, ${most} at most; recorded: ${recorded}`];
  });
}
