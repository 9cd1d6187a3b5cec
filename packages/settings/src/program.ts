import { SettingsError } from './settings.ts';

/** «Do not restart me»: started with something that it cannot use (sysexits.h, EX_CONFIG). */
export const EXIT_CONFIGURATION = 78;

/**
 * Runs a program of Strata: `start` brings it up and returns what stops it. SIGTERM and SIGINT stop it with exit code 0. A
 * wrong setting or a port in use ends it with one sentence on standard error and EXIT_CONFIGURATION, anything else with 1.
 */
export async function runProgram(name: string, start: () => Promise<() => Promise<void>>): Promise<void> {
  process.title = name;
  try {
    const stop = await start();
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        stop().then(
          () => process.exit(0),
          (error) => fail(error),
        );
      });
    }
  } catch (error) {
    fail(error);
  }
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
