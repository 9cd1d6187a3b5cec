// A process of its own, at a low priority and under limits of memory and time: it builds symbol indexes, so that a hostile or
// huge file costs neither the agent's life nor the machine's memory. Asked over IPC, one file at a time; ends when it is asked
// nothing for a while.
// usage: index-builder.ts BYTES SECONDS     of memory for all files, of the processor's time for each
import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { zstdCompressSync } from 'node:zlib';
import { buildIndex, describeElf, limitProcess, limitProcessorTime } from '@strata/symbolizer';

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
const [bytes, seconds] = process.argv.slice(2).map(Number);
let isLimited = false;
let idle = setTimeout(() => process.disconnect(), IDLE_MS);

/** Null when the limits hold, else why they cannot be set. */
function limit(): string | null {
  try {
    if (!isLimited) limitProcess(bytes!);
    isLimited = true;
    limitProcessorTime(seconds!);
    return null;
  } catch (error) {
    return `Index builds cannot be limited: ${(error as Error).message}.`;
  }
}

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
  process.send?.({ reason: limit() ?? (await build(request)) } satisfies BuildAnswer);
  idle = setTimeout(() => process.disconnect(), IDLE_MS);
});
