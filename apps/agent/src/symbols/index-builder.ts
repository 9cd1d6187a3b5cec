// A process of its own, at a low priority: it builds symbol indexes, so that a hostile or huge file costs the agent
// neither memory nor life. Asked over IPC, one file at a time; ends when it is asked nothing for a while.
import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { zstdCompressSync } from 'node:zlib';
import { buildIndex, describeElf } from '@strata/symbolizer';

/** Builds the index of the first of `paths` that is the file with this build ID; writes it, packed with zstd, to `output`. */
export interface BuildRequest {
  readonly buildId: string;
  readonly paths: readonly string[];
  readonly output: string;
}

/** `reason` is null when the index was written. */
export interface BuildAnswer {
  readonly reason: string | null;
}

/** Far behind everything else; the lowest, 19, would get no time at all on a machine whose every core is busy. */
const LOW_PRIORITY = 10;
const IDLE_MS = 20_000;

process.once('disconnect', () => process.exit());
setPriority(LOW_PRIORITY);
process.title = 'strata-agent symbols';
let idle = setTimeout(() => process.disconnect(), IDLE_MS);

/** Null when the index was written, else why not. */
async function build({ buildId, paths, output }: BuildRequest): Promise<string | null> {
  let reason = 'No process maps the file any more, and it is not at its path.';
  for (const path of paths) {
    try {
      if ((await describeElf(path)).buildId !== buildId) reason = `${path} is another file by now.`;
      else {
        writeFileSync(output, zstdCompressSync(await buildIndex(path)), { mode: 0o600 });
        return null;
      }
    } catch (error) {
      reason = (error as Error).message;
    }
  }
  return reason;
}

process.on('message', async (request: BuildRequest) => {
  clearTimeout(idle);
  process.send?.({ reason: await build(request) } satisfies BuildAnswer);
  idle = setTimeout(() => process.disconnect(), IDLE_MS);
});
