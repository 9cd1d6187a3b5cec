import { dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { EXIT_CONFIGURATION, readSettings, type Settings, SettingsError } from '@strata/settings';
import { checkMachine } from './preflight.ts';
import { type Program, programsFor } from './programs.ts';
import { Supervisor } from './supervisor.ts';

const READY_MS_MOST = 120_000;
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

interface Health {
  readonly ok: boolean;
  readonly reason: string;
}

async function askHealth(settings: Settings, program: Program): Promise<Health> {
  const host = settings.host === '::1' ? '[::1]' : settings.host;
  try {
    const answer = await fetch(`http://${host}:${program.port}${program.healthPath}`, {
      signal: AbortSignal.timeout(2_000),
    });
    const body = await answer.text();
    return { ok: answer.ok, reason: answer.ok ? '' : reasonIn(body) };
  } catch {
    // Not listening yet: the caller asks again until its own time is up.
    return { ok: false, reason: '' };
  }
}

function reasonIn(body: string): string {
  try {
    const parsed = JSON.parse(body) as { reason?: string; error?: { message?: string } };
    return parsed.reason ?? parsed.error?.message ?? body;
  } catch {
    return body.slice(0, 300);
  }
}

/** Waits until the program answers; for the optional agent an honest «cannot sample, because …» counts as an answer. */
async function waitReady(settings: Settings, supervisor: Supervisor, signal: AbortSignal): Promise<Health> {
  const until = Date.now() + READY_MS_MOST;
  let health: Health = { ok: false, reason: '' };
  while (Date.now() < until && !signal.aborted) {
    health = await askHealth(settings, supervisor.program);
    if (health.ok || (supervisor.program.optional && health.reason !== '')) return health;
    await sleep(100);
  }
  return { ok: false, reason: health.reason || supervisor.lastWords || 'it does not answer' };
}

async function main(): Promise<void> {
  const startedAt = Date.now();
  const settings = readSettings();
  const programs = programsFor(settings);
  await checkMachine(settings, programs);

  const stopping = new AbortController();
  const logFolder = join(settings.dataFolder, 'logs');
  const environment = { ...process.env, STRATA_DATA: settings.dataFolder };
  const supervisors = programs.map(
    (program) =>
      new Supervisor(program, root, logFolder, environment, {
        exited({ name, optional }, reason, restartInMs) {
          if (restartInMs !== null)
            return console.log(`${name} ended: ${reason}. Starting it again in ${restartInMs / 1000} s.`);
          console.error(`${name} cannot run: ${reason}`);
          if (!optional) void stop(EXIT_CONFIGURATION);
        },
      }),
  );

  async function stop(exitCode: number): Promise<void> {
    if (stopping.signal.aborted) return;
    stopping.abort();
    console.log('Stopping …');
    // The agent pushes what it holds before the collector goes, and everyone finishes before ClickHouse does.
    for (const supervisor of supervisors.toReversed()) await supervisor.stop();
    console.log('Stopped.');
    process.exit(exitCode);
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => void stop(0));

  const report = (supervisor: Supervisor, health: Health) => {
    const { name, port } = supervisor.program;
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
    if (stopping.signal.aborted) return;
    if (health.ok) console.log(`  ${name.padEnd(11)} ready on port ${port} after ${seconds} s`);
    else console.log(`  ${name.padEnd(11)} not ready: ${health.reason}`);
  };
  const bringUp = async (supervisor: Supervisor) => {
    supervisor.start();
    report(supervisor, await waitReady(settings, supervisor, stopping.signal));
  };

  console.log(
    `Starting Strata, data in ${relative(process.cwd(), settings.dataFolder) || '.'}, logs in ${relative(process.cwd(), logFolder)}`,
  );
  await Promise.all(supervisors.map(bringUp));
  if (stopping.signal.aborted) return;
  console.log(
    `\nStrata is ready: open http://${settings.host}:${settings.ports.web}\nCtrl-C stops it. For something to look at: npm run demo`,
  );
}

main().catch((error: Error) => {
  console.error(error instanceof SettingsError ? error.message : error.stack);
  process.exit(error instanceof SettingsError ? EXIT_CONFIGURATION : 1);
});
