import type { Command } from '../command.ts';

const USAGE = `usage: strata debuginfo upload [--force] [--url URL] FILE…

Uploads debug files to the collector, for names of functions, inlined calls, files and lines. Give it executables or
libraries from before stripping, the debug files that were split off them, or folders, which are searched.

  --force    Replace a file of the same kind that is kept for the build ID.
  --url URL  The collector; STRATA_COLLECTOR_URL, or this machine's, by default.

One line is printed a file. An upload that was cut off goes on where it ended: type the same again. The exit code is 1 when
a file that you named, or one with debug information in a folder, could not be uploaded.
`;

export const debuginfo: Command = {
  name: 'debuginfo',
  summary: 'Upload debug files, for names of what was stripped',
  usage: USAGE,
  async run(args, output) {
    // What it needs takes longer to load than other commands take.
    const { run } = await import('./run.ts');
    await run(args, output);
  },
};
