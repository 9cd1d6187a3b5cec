import { writeSync } from 'node:fs';
import { type Logger, pino } from 'pino';

export type { Logger };

const STANDARD_OUTPUT = 1;

/** One JSON line per event on standard output; `program` is the process's own name, such as `strata-collector`. */
export function createLogger(program: string, level: string): Logger {
  const timestamp = pino.stdTimeFunctions.isoTime;
  return pino({ name: program, level, base: { program }, timestamp }, { write: writeOrLose });
}

let torn = false;

/**
 * A line that finds no room is lost. pino's own output would try again until there is, and the whole program would stand
 * still while the disk of its log is full.
 */
function writeOrLose(line: string): void {
  const bytes = Buffer.from(torn ? `\n${line}` : line);
  try {
    torn = writeSync(STANDARD_OUTPUT, bytes) < bytes.length;
  } catch {
    // There is nowhere left to say it.
  }
}
