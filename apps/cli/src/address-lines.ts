import { notAnAddress, parseAddress, type Svma } from './address.ts';
import { CommandError } from './command.ts';

/** No address is longer; without a limit a file without line ends would be read into memory whole. */
const LINE_CHARS_MOST = 1_024;

/**
 * The addresses in a text, one a line; empty lines are passed over. What arrives together is answered together. Throws
 * CommandError at a line that is no address, after all addresses before it.
 */
export async function* addressLines(chunks: AsyncIterable<string>): AsyncGenerator<Svma[]> {
  let rest = '';
  let number = 0;
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    if (rest.length > LINE_CHARS_MOST) lines.push(rest);
    const failure = yield* batchOf(lines, number);
    if (failure) throw failure;
    number += lines.length;
  }
  const failure = yield* batchOf([rest], number);
  if (failure) throw failure;
}

function* batchOf(lines: readonly string[], before: number): Generator<Svma[], CommandError | undefined> {
  const addresses: Svma[] = [];
  let failure: CommandError | undefined;
  for (const [index, line] of lines.entries()) {
    const address = parseAddress(line);
    if (address !== undefined) addresses.push(address);
    else if (line.trim() !== '') {
      failure = new CommandError(notAnAddress(`Line ${before + index + 1} of standard input`, line));
      break;
    }
  }
  if (addresses.length > 0) yield addresses;
  return failure;
}
