import type { Command } from './command.ts';
import { debuginfo } from './debuginfo/command.ts';
import { symbolize } from './symbolize/command.ts';
import { unwind } from './unwind/command.ts';

/** All there are, as they are listed. */
export const COMMANDS: readonly Command[] = [unwind, symbolize, debuginfo];
