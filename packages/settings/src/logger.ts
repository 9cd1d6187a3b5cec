import { type Logger, pino } from 'pino';

export type { Logger };

/** One JSON line per event on standard output; `program` is the process's own name, such as `strata-collector`. */
export function createLogger(program: string, level: string): Logger {
  return pino({ name: program, level, base: { program }, timestamp: pino.stdTimeFunctions.isoTime });
}
