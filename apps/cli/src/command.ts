import type { Output } from './output.ts';

/** A command of the `strata` program: one line of its list, and what it does. */
export interface Command {
  readonly name: string;
  /** One line, for the list. */
  readonly summary: string;
  /** All that `--help` prints. */
  readonly usage: string;
  /** Throws CommandError, or UsageError when it was asked in a way that it does not understand. */
  run(args: readonly string[], output: Output): Promise<void>;
}

/** What was asked for cannot be had. The message is one sentence; exit code 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** It was not said what to do. The message is one sentence; the usage follows it; exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
