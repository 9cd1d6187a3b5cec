import { setTimeout as sleep } from 'node:timers/promises';
import { SettingsError } from './settings.ts';

/** «Do not restart me»: started with something that it cannot use (sysexits.h, EX_CONFIG). */
export const EXIT_CONFIGURATION = 78;
/** Time for a start that is asked to stop: enough to finish what it does, not to wait for another program to come up. */
const FINISH_STARTING_MS = 2_000;

/**
 * Runs a program of Strata: `start` brings it up and returns what stops it. SIGTERM and SIGINT stop it with exit code 0,
 * also while it is still starting. A wrong setting or a port in use ends it with one sentence on standard error and
 * EXIT_CONFIGURATION, anything else with 1.
 */
export async function runProgram(name: string, start: () => Promise<() => Promise<void>>): Promise<void> {
  const signalled = new Promise<undefined>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(undefined));
  });
  process.title = name;
  endWithOneSentence();
  try {
    const starting = start();
    let stop = await Promise.race([starting, signalled]);
    if (stop) await signalled;
    // How a start that nobody wants any more fails is of no interest.
    else stop = await Promise.race([starting.catch(() => undefined), sleep(FINISH_STARTING_MS, undefined)]);
    await stop?.();
    process.exit(0);
  } catch (error) {
    fail(error);
  }
}

/** Has an error that nobody caught end the process with its stack and then, last, the sentence the supervisor shows. */
export function endWithOneSentence(): void {
  process.on('uncaughtException', (error: unknown) => {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    process.stderr.write(`${stack}\nIt made a mistake: ${message.split('\n')[0]}\n`);
    process.exit(1);
  });
}

function fail(error: unknown): never {
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (error instanceof SettingsError) {
    console.error(error.message);
    process.exit(EXIT_CONFIGURATION);
  }
  if (code === 'EADDRINUSE') {
    console.error(`Port ${port} is in use: stop the program that listens there, or choose another port.`);
    process.exit(EXIT_CONFIGURATION);
  }
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
