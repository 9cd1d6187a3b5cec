// Starts real workloads for Strata to sample: `npm run demo [seconds]`. Each burns DEMO_DUTY of a core (0.2 by default).
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildWorkload, isOnPath, workloads } from './workloads.ts';

const folder = import.meta.dirname;
const output = join(folder, 'build');
const seconds = process.argv[2] === undefined ? Number.POSITIVE_INFINITY : Number(process.argv[2]);
if (!(seconds > 0)) {
  console.error(`«${process.argv[2]}» is not a number of seconds: npm run demo -- 120`);
  process.exit(78);
}

mkdirSync(output, { recursive: true });
const children: ChildProcess[] = [];
let stopping = false;

function stop(): void {
  if (stopping) return;
  stopping = true;
  for (const child of children) child.kill('SIGTERM');
}

for (const workload of workloads(folder, output)) {
  const { service, version, language, needs, run } = workload;
  if (!isOnPath(needs)) {
    console.log(`  ${service} ${version} (${language}) left out: ${needs} is not installed`);
    continue;
  }
  buildWorkload(workload);
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', '--', ...run], {
    // V8 leaves a log where it runs.
    cwd: output,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      OTEL_SERVICE_NAME: service,
      OTEL_RESOURCE_ATTRIBUTES: `service.version=${version},deployment.environment.name=demo`,
    },
  });
  child.once('exit', (code, signal) => {
    if (!stopping) console.error(`  ${service} ${version} ended by itself: ${signal ?? `exit code ${code}`}`);
  });
  children.push(child);
  console.log(`  ${service} ${version} (${language}) runs as process ${child.pid}`);
}

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
if (Number.isFinite(seconds)) setTimeout(stop, seconds * 1000);
console.log('Compare checkout 1.0.0 with 2.0.0: render_receipt got slower. Ctrl-C stops the demo.');
