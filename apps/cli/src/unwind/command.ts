import { isatty } from 'node:tty';
import { parseArgs } from 'node:util';
import { describeUnwind, type UnwindDescription } from '../addon.ts';
import { notAnAddress, parseAddress, type Svma } from '../address.ts';
import { addressLines } from '../address-lines.ts';
import { type Command, CommandError, UsageError } from '../command.ts';
import type { Output } from '../output.ts';
import { standardInput } from '../standard-input.ts';
import { answerLines } from './answers.ts';
import { summaryJson, summaryText } from './summary.ts';

const STANDARD_INPUT = '-';
/** A pipe that nobody closes looks like one that is slow. */
const HINT_MS = 3_000;

const USAGE = `usage: strata unwind [--json] [--at ADDRESS]… FILE

Prints how stacks are unwound in an executable or a shared library: a summary, or the rule at each address.

  --at ADDRESS  An address as the file states it, hexadecimal; may be repeated. With - addresses are read from
                standard input, one a line, as they are without --at when something is piped in.
  --json        The summary as one object, or one object a line for each address.

The rule at an address is one line:
  0x1234 cfa=rsp+48 ra=[cfa-8] rbp=same   where the caller's frame begins, its return address and its registers
  0x1234 end-of-stack                     the outermost function: there is no caller
  0x1234 frame-pointer                    nothing is known but that frames are linked by the frame pointer
  0x1234 signal-frame context=rsp+0       behind a signal handler: where the kernel keeps the interrupted registers
  0x1234 cfa=… rbx=[cfa-16]               rbx too, where a frame of the function's callers may hang on it
  0x1234 cfa=… plt=11                     a stub of the procedure linkage table: 8 bytes more from its 11th byte on
  0x1234 cfa=… other-stack                the caller's frame lies on another stack, as below a switch of stacks
  0x1234 cfa=… new-thread                 the new thread's side of clone: there is no caller
  0x1234 cfa=… landing                    an exception on its way to its handler, where the stack goes on
  0x1234 goroutine g=… m=… running=…      Go's own stack of a thread: it goes on at the goroutine that called
  0x1234 unsupported                      a rule is there, but of a kind that is not evaluated
  0x1234 no-rule                          nothing is known, or there is no code
`;

interface Question {
  readonly file: string;
  readonly asJson: boolean;
  /** In the order asked; empty when no `--at` was given. */
  readonly at: readonly string[];
}

function parse(args: readonly string[]): Question {
  const options = { at: { type: 'string', multiple: true }, json: { type: 'boolean' } } as const;
  let parsed: ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>;
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (cause) {
    // What follows the first sentence is advice on how to name files that look like options.
    throw new UsageError(`${(cause as Error).message.split(/\. |\.?\n|\.$/)[0]}.`, { cause });
  }
  const { positionals, values } = parsed;
  if (positionals.length !== 1) throw new UsageError(positionals.length === 0 ? 'Name a file.' : 'Name one file only.');
  return { file: positionals[0]!, asJson: values.json ?? false, at: values.at ?? [] };
}

/** Answers what arrives on standard input; says whether there was an address. */
async function answerInput(answer: (addresses: readonly Svma[]) => Promise<void>): Promise<boolean> {
  let answered = false;
  for await (const addresses of addressLines(standardInput())) {
    await answer(addresses);
    answered = true;
  }
  return answered;
}

async function answerAll(description: UnwindDescription, { file, asJson, at }: Question, output: Output) {
  const answer = async (addresses: readonly Svma[]) => {
    const answers = await description.answer(BigUint64Array.from(addresses));
    await output.write(answerLines(addresses, answers, asJson));
  };
  for (const text of at) {
    if (text === STANDARD_INPUT) {
      await answerInput(answer);
      continue;
    }
    const address = parseAddress(text);
    if (address === undefined) throw new CommandError(notAnAddress('What --at was given', text));
    await answer([address]);
  }
  if (at.length > 0) return;
  if (!isatty(0)) {
    const hint = setTimeout(() => {
      console.error('strata unwind: reading addresses from standard input; for the summary, add </dev/null.');
    }, HINT_MS);
    const answered = await answerInput((addresses) => {
      clearTimeout(hint);
      return answer(addresses);
    }).finally(() => clearTimeout(hint));
    if (answered) return;
  }
  const summary = await description.summarize();
  await output.write(asJson ? summaryJson(file, summary) : summaryText(file, summary));
}

export const unwind: Command = {
  name: 'unwind',
  summary: 'How stacks are unwound in an executable or a shared library',
  usage: USAGE,
  async run(args, output) {
    const question = parse(args);
    await answerAll(await describeUnwind(question.file), question, output);
  },
};
