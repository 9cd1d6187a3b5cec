import { UploadError, Uploader } from '@strata/debug-files/upload';
import { describeElf, SymbolizerError } from '@strata/symbolizer';
import { CommandError } from '../command.ts';
import type { Output } from '../output.ts';
import type { Found } from './find-files.ts';
import type { Progress } from './progress.ts';

export interface UploadOptions {
  readonly force: boolean;
  readonly url: string;
  readonly signal: AbortSignal;
}

export interface Counts {
  uploaded: number;
  skipped: number;
  failed: number;
  passedOver: number;
}

/** Uploads one file after the other and prints a line for each. Throws CommandError when no other could fare better. */
export async function uploadAll(
  files: AsyncIterable<Found>,
  options: UploadOptions,
  progress: Progress,
  output: Output,
): Promise<Counts> {
  const counts: Counts = { uploaded: 0, skipped: 0, failed: 0, passedOver: 0 };
  const uploader = new Uploader(options.url);
  try {
    for await (const file of files) {
      if (options.signal.aborted) break;
      if (file === 'passed over') {
        counts.passedOver++;
        continue;
      }
      const [outcome, sentence] =
        'problem' in file ? (['failed', file.problem] as const) : await uploadOne(uploader, file, options, progress);
      if (outcome === null) break;
      counts[outcome]++;
      await output.write(`${file.path}: ${sentence}\n`);
    }
  } finally {
    uploader.close();
  }
  return counts;
}

async function uploadOne(
  uploader: Uploader,
  { path, kind }: Exclude<Found, string | { problem: string }>,
  { force, signal }: UploadOptions,
  progress: Progress,
): Promise<readonly [outcome: 'uploaded' | 'skipped' | 'failed' | null, sentence: string]> {
  try {
    const { buildId } = await describeElf(path);
    const onProgress = (bytes: number, of: number) => progress.show(path, bytes, of);
    const outcome = await uploader.upload({ path, buildId, kind, force, signal, onProgress });
    if (!outcome.sent) return ['skipped', outcome.reason];
    return ['uploaded', `uploaded as ${buildId}, ${kind}, ${outcome.bytes.toLocaleString('en')} bytes.`];
  } catch (cause) {
    if (signal.aborted) return [null, ''];
    const { code, message } = cause as UploadError | SymbolizerError;
    if (code === 'UNREACHABLE')
      throw new CommandError(`${message} Name another one with --url or STRATA_COLLECTOR_URL.`, { cause });
    if (code === 'ADDON_MISSING') throw new CommandError(message, { cause });
    if (cause instanceof UploadError || cause instanceof SymbolizerError) return ['failed', message];
    throw cause;
  } finally {
    progress.clear();
  }
}
