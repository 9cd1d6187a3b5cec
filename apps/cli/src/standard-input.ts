import { CommandError } from './command.ts';

/** What arrives on standard input, as text. Throws CommandError when it cannot be read. */
export async function* standardInput(): AsyncGenerator<string> {
  try {
    for await (const chunk of process.stdin.setEncoding('utf8')) yield chunk as string;
  } catch (cause) {
    throw new CommandError(`Standard input cannot be read: ${(cause as Error).message}.`, { cause });
  }
}
