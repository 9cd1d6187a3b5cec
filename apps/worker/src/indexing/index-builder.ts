// A process of its own, under limits of memory and time: it builds the symbol index of one debug file. What it reads may be
// hostile, so that it may end in any way; then nothing else does.
// usage: index-builder.ts FILE OUTPUT BYTES SECONDS GENERATION DEBUG_FOLDER SEGMENTS_AS_JSON OLDER_INDEX     Prints one line of JSON, a BuildAnswer.
import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import {
  buildIndex,
  type ElfDescription,
  type IndexOptions,
  limitProcess,
  limitProcessorTime,
  SymbolizerError,
} from '@strata/symbolizer';

/** `code` is null when the index was written; `OUTPUT` when it could not be, `LIMITS` when they cannot be set, else a SymbolizerErrorCode. */
export interface BuildAnswer {
  readonly code: string | null;
  readonly reason: string;
}

const LOW_PRIORITY = 10;

async function build(
  file: string,
  output: string,
  { bytes, seconds }: { bytes: number; seconds: number },
  options: IndexOptions,
): Promise<BuildAnswer> {
  try {
    limitProcess(bytes);
    limitProcessorTime(seconds);
  } catch (error) {
    return { code: 'LIMITS', reason: `Index builds cannot be limited: ${(error as Error).message}.` };
  }
  let index: Uint8Array;
  try {
    index = await buildIndex(file, options);
  } catch (error) {
    if (error instanceof SymbolizerError) return { code: error.code, reason: error.message };
    throw error;
  }
  try {
    writeFileSync(output, index, { mode: 0o600 });
    return { code: null, reason: '' };
  } catch (error) {
    return { code: 'OUTPUT', reason: `The index cannot be written: ${(error as Error).message}.` };
  }
}

setPriority(LOW_PRIORITY);
process.title = 'strata-worker index';
// Nobody waits for the answer once the worker has gone. exit() would wait for the building to end.
process.stdin.once('end', () => process.kill(process.pid, 'SIGKILL')).resume();

const [, , file, output, bytes, seconds, generation, debugFolder, segments, olderIndex] = process.argv;
const limits = { bytes: Number(bytes), seconds: Number(seconds) };
const answer = await build(file!, output!, limits, {
  generation: Number(generation),
  debugFolder: debugFolder!,
  segments: JSON.parse(segments!) as ElfDescription['segments'],
  ...(olderIndex ? { olderIndex } : {}),
});
process.stdout.write(JSON.stringify(answer), () => process.exit());
