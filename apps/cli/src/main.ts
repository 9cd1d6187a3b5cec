import { type Command, CommandError, UsageError } from './command.ts';
import { COMMANDS } from './commands.ts';
import { Output, ReaderGone } from './output.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

const wide = Math.max(...COMMANDS.map(({ name }) => name.length));
const USAGE = `usage: strata COMMAND …

${COMMANDS.map(({ name, summary }) => `  ${name.padEnd(wide)}  ${summary}`).join('\n')}

strata COMMAND --help says more.
`;

const asksForHelp = (args: readonly string[]) => {
  const options = args.slice(0, args.includes('--') ? args.indexOf('--') : args.length);
  return options.includes('--help') || options.includes('-h');
};

async function run(command: Command | undefined, name: string | undefined, args: readonly string[]): Promise<void> {
  const output = new Output(process.stdout);
  if (command && !asksForHelp(args)) return command.run(args, output);
  if (command) return output.write(command.usage);
  if (name !== undefined && asksForHelp([name])) return output.write(USAGE);
  throw new UsageError(name === undefined ? 'Say what to do.' : `There is no command ${JSON.stringify(name)}.`);
}

const [name, ...args] = process.argv.slice(2);
const command = COMMANDS.find((known) => known.name === name);
const speaker = command ? `strata ${command.name}` : 'strata';
try {
  await run(command, name, args);
} catch (error) {
  if (error instanceof UsageError) {
    process.stderr.write(`${speaker}: ${error.message}\n\n${command?.usage ?? USAGE}`);
    process.exitCode = EXIT_USAGE;
  } else if (error instanceof CommandError) {
    process.stderr.write(`${speaker}: ${error.message}\n`);
    process.exitCode = EXIT_FAILED;
  } else if (!(error instanceof ReaderGone)) throw error;
}
