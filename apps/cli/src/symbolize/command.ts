import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { OpenIndex } from '@strata/symbolizer';
import { addressLines } from '../address-lines.ts';
import { type Command, CommandError, UsageError } from '../command.ts';
import type { Output } from '../output.ts';
import { standardInput } from '../standard-input.ts';
import { answerLines } from './answers.ts';

const USAGE = `usage: strata symbolize [--no-demangle] [--stats] [--index OUT] FILE

Reads addresses from standard input, hexadecimal, one a line, as the file states them, and prints what is there: an object a line,
as llvm-symbolizer --output-style=JSON does, the innermost of inlined calls first. Debug files are taken from where debuggers look
for them. Not known, and thus always 0 or empty: Column, Discriminator, StartAddress, StartFileName and StartLine. C++ names
are spelled as c++filt does («> >», «{lambda()#1}»), clones have their function's name («main», not «main.cold»).

  --no-demangle  Names as the linker knows them.
  --index OUT    Keeps the symbol index that is built for it (docs/symbol-index.md); OUT must be new, or an index.
  --stats        Says on standard error how long that took, how large it is and what it was built from.
`;

interface Question {
  readonly file: string;
  readonly index: string | undefined;
  readonly withStats: boolean;
  readonly linkage: boolean;
}

function parse(args: readonly string[]): Question {
  const options = {
    'no-demangle': { type: 'boolean' },
    stats: { type: 'boolean' },
    index: { type: 'string' },
  } as const;
  let parsed: ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>;
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (cause) {
    throw new UsageError(`${(cause as Error).message.split(/\. |\.?\n|\.$/)[0]}.`, { cause });
  }
  const { positionals, values } = parsed;
  if (positionals.length !== 1) throw new UsageError(positionals.length === 0 ? 'Name a file.' : 'Name one file only.');
  return {
    file: positionals[0]!,
    index: values.index,
    withStats: values.stats ?? false,
    linkage: values['no-demangle'] ?? false,
  };
}

/** Builds the index at `path`; says how long that took. */
async function build(file: string, path: string): Promise<{ index: OpenIndex; buildMs: number }> {
  const { buildIndex, openIndex, SymbolizerError } = await import('@strata/symbolizer');
  try {
    const started = performance.now();
    const bytes = await buildIndex(file);
    const buildMs = performance.now() - started;
    await writeFile(path, bytes);
    return { index: await openIndex(path), buildMs };
  } catch (cause) {
    if (cause instanceof SymbolizerError)
      throw new CommandError(cause.message.startsWith(file) ? cause.message : `${file}: ${cause.message}`, { cause });
    throw new CommandError(`The index cannot be written: ${(cause as Error).message}.`, { cause });
  }
}

/** Throws when something is there already that is no symbol index: the program itself, perhaps. */
async function refuseOtherFile(path: string): Promise<void> {
  if (!existsSync(path)) return;
  const { openIndex } = await import('@strata/symbolizer');
  await openIndex(path).catch((cause) => {
    throw new CommandError(`${path} is there already and no symbol index, so it is left as it is.`, { cause });
  });
}

async function answerAll(question: Question, path: string, output: Output): Promise<void> {
  const { file, withStats, linkage } = question;
  const { index, buildMs } = await build(file, path);
  if (withStats) {
    const { size } = await stat(file);
    const { source, bytes, ...counts } = index.statistics;
    const stats = { file, buildId: index.buildId, source, buildMs: Math.round(buildMs * 10) / 10 };
    process.stderr.write(`${JSON.stringify({ ...stats, fileBytes: size, indexBytes: bytes, ...counts })}\n`);
  }
  for await (const addresses of addressLines(standardInput())) {
    await output.write(await answerLines(index, file, addresses, linkage));
  }
}

export const symbolize: Command = {
  name: 'symbolize',
  summary: 'Functions, inlined calls, files and lines at addresses of an executable or a shared library',
  usage: USAGE,
  async run(args, output) {
    const question = parse(args);
    if (question.index !== undefined) {
      await refuseOtherFile(question.index);
      return answerAll(question, resolve(question.index), output);
    }
    const folder = await mkdtemp(join(tmpdir(), 'strata-symbolize-'));
    try {
      await answerAll(question, join(folder, 'index'), output);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};
