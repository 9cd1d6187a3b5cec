// A process of its own, at the lowest priority: it builds symbol indexes, so that a hostile or huge file costs the agent
// neither memory nor life. Asked over IPC, one file at a time; ends when it is asked nothing for a while.
import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { zstdCompressSync } from 'node:zlib';
import { buildIndex } from '@strata/symbolizer';

/** Builds the index of the file `path` and writes it, packed with zstd, to `output`. */
export interface BuildRequest {
  readonly path: string;
  readonly output: string;
}

/** `reason` is null when the index was written. */
export interface BuildAnswer {
  readonly reason: string | null;
}

const LOWEST_PRIORITY = 19;
const IDLE_MS = 20_000;

setPriority(LOWEST_PRIORITY);
process.title = 'strata-agent symbols';
let idle = setTimeout(() => process.disconnect(), IDLE_MS);

process.on('message', async ({ path, output }: BuildRequest) => {
  clearTimeout(idle);
  let reason: string | null = null;
  try {
    writeFileSync(output, zstdCompressSync(await buildIndex(path)), { mode: 0o600 });
  } catch (error) {
    reason = (error as Error).message;
  }
  process.send?.({ reason } satisfies BuildAnswer);
  idle = setTimeout(() => process.disconnect(), IDLE_MS);
});
