import type { Command } from './command.ts';
import { unwind } from './unwind/command.ts';

/** All there are, as they are listed. */
export const COMMANDS: readonly Command[] = [unwind];
