// A process of its own, at a low priority: it looks for debug files and uploads them, so that neither their size nor what is
// in them costs the agent memory, life, or a moment of sampling. Asked over IPC; ends when it is asked nothing for a while.
// usage: debug-file-uploader.ts COLLECTOR_URL BYTES_PER_SECOND
import { setPriority } from 'node:os';
import { ByteRate, UploadError, Uploader } from '@strata/debug-files/upload';
import { findDebugFile, type SearchPlace } from './debug-file-search.ts';

/** Look for a debug file and upload it. */
export type UploadQuestion = SearchPlace;

export interface UploadAnswer {
  readonly buildId: string;
  /** `failed`: it may go better another time. */
  readonly outcome: 'sent' | 'not wanted' | 'not found' | 'refused' | 'failed';
  /** One sentence, or ''. */
  readonly reason: string;
  readonly lookedAt: readonly string[];
}

/** Far behind everything else; the lowest, 19, would get no time at all on a machine whose every core is busy. */
const LOW_PRIORITY = 10;
const IDLE_MS = 20_000;

const [, , collectorUrl, bytesPerSecond] = process.argv;
const rate = new ByteRate(Number(bytesPerSecond));
const uploader = new Uploader(collectorUrl!);
let asked = 0;

async function answer(place: UploadQuestion): Promise<UploadAnswer> {
  const { buildId } = place;
  const { found, lookedAt } = await findDebugFile(place);
  const told = { buildId, lookedAt };
  if (found === null) {
    return {
      ...told,
      outcome: 'not found',
      reason: 'The file has no debug information, and none was found split off.',
    };
  }
  try {
    const outcome = await uploader.upload({ ...found, buildId, rate });
    return outcome.sent
      ? { ...told, outcome: 'sent', reason: '' }
      : { ...told, outcome: 'not wanted', reason: outcome.reason };
  } catch (error) {
    const refused = error instanceof UploadError && error.code !== 'UNREACHABLE';
    return { ...told, outcome: refused ? 'refused' : 'failed', reason: (error as Error).message };
  }
}

const end = () => process.exit();
let idle = setTimeout(end, IDLE_MS);
setPriority(LOW_PRIORITY);
process.title = 'strata-agent debug files';
process.once('disconnect', end);
process.on('message', async (question: UploadQuestion) => {
  asked++;
  clearTimeout(idle);
  process.send?.(await answer(question));
  asked--;
  if (asked === 0) idle = setTimeout(end, IDLE_MS);
});
