import { parseArgs } from 'node:util';
import { readSettings, SettingsError } from '@strata/settings';
import { CommandError, UsageError } from '../command.ts';
import type { Output } from '../output.ts';
import { findDebugFiles } from './find-files.ts';
import { Progress } from './progress.ts';
import { uploadAll } from './upload.ts';

interface Task {
  readonly paths: readonly string[];
  readonly force: boolean;
  readonly url: string;
}

function parse([action, ...args]: readonly string[]): Task {
  if (action !== 'upload') throw new UsageError(action === undefined ? 'Say what to do.' : `There is no ${action}.`);
  const options = { force: { type: 'boolean' }, url: { type: 'string' } } as const;
  let parsed: ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>;
  try {
    parsed = parseArgs({ args, options, allowPositionals: true });
  } catch (cause) {
    throw new UsageError(`${(cause as Error).message.split(/\. |\.?\n|\.$/)[0]}.`, { cause });
  }
  const { positionals, values } = parsed;
  if (positionals.length === 0) throw new UsageError('Name a file or a folder.');
  if (values.url !== undefined && !/^https?:$/.test(URL.parse(values.url)?.protocol ?? '')) {
    throw new UsageError(`${values.url} is no http or https address.`);
  }
  return { paths: positionals, force: values.force ?? false, url: values.url ?? collectorUrl() };
}

function collectorUrl(): string {
  try {
    return readSettings().collectorUrl;
  } catch (cause) {
    if (cause instanceof SettingsError) throw new CommandError(cause.message, { cause });
    throw cause;
  }
}

/** `strata debuginfo`, its arguments without its name. Throws CommandError, UsageError. */
export async function run(args: readonly string[], output: Output): Promise<void> {
  const { paths, force, url } = parse(args);
  const stopping = new AbortController();
  process.once('SIGINT', () => stopping.abort());
  process.once('SIGTERM', () => stopping.abort());
  const progress = new Progress(process.stderr);
  const counts = await uploadAll(findDebugFiles(paths), { force, url, signal: stopping.signal }, progress, output);
  if (stopping.signal.aborted) throw new CommandError('Stopped; the same again goes on where it ended.');
  const { failed, passedOver, skipped, uploaded } = counts;
  const others = passedOver > 0 ? `, ${passedOver} without names passed over` : '';
  await output.write(`${uploaded} uploaded, ${skipped} not wanted, ${failed} failed${others}\n`);
  if (failed > 0)
    throw new CommandError(failed === 1 ? 'A file was not uploaded.' : `${failed} files were not uploaded.`);
}
