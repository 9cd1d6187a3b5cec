import { createRequire } from 'node:module';
import { CommandError } from './command.ts';

/** The rules of one kind; `codeBytes` of the file's code are theirs. */
export interface UnwindKind {
  name: string;
  rules: number;
  rows: number;
  codeBytes: number;
}

/** What is known of a file's unwind information. */
export interface UnwindSummary {
  machine: string;
  /** Frame descriptions that cover code, and entries that cannot be read. */
  functions: number;
  malformed: number;
  rows: number;
  rules: number;
  /** In the kernel. */
  tableBytes: number;
  codeBytes: number;
  /** Of code without a rule, and in how many ranges. */
  gapBytes: number;
  gaps: number;
  buildMs: number;
  kinds: UnwindKind[];
}

/** The rule in words at address `i` is `words[rows[i]]`. */
export interface UnwindAnswers {
  words: string[];
  rows: Uint32Array;
}

/** A file's unwind table (native/crates/addon/src/unwind.rs). */
export interface UnwindDescription {
  summarize(): Promise<UnwindSummary>;
  answer(addresses: BigUint64Array): Promise<UnwindAnswers>;
}

/** What we use of the addon. */
interface Addon {
  describeUnwind(path: string): Promise<UnwindDescription>;
}

function addon(): Addon {
  try {
    return createRequire(import.meta.url)('@strata/addon') as Addon;
  } catch (cause) {
    throw new CommandError('The native addon is not built: install Rust and run npm start.', { cause });
  }
}

/** Reads an ELF file and builds its unwind table. Throws CommandError with the file's name and what is wrong with it. */
export async function describeUnwind(path: string): Promise<UnwindDescription> {
  const native = addon();
  try {
    return await native.describeUnwind(path);
  } catch (cause) {
    // `NOT_ELF: The file …`
    const sentence = (cause as Error).message.replace(/^[A-Z_]+: /, '');
    throw new CommandError(`${path}: ${sentence}`, { cause });
  }
}
