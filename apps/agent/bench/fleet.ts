// What the agent takes on a host with many programs: `npm run bench:fleet`. One JSON line per figure. It needs root.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { print, startAgent, statusMiB } from './measured-agent.ts';
import { Sink } from './sink.ts';

const PROCESSES = 500;
const EXECUTABLES = 2_000;
/** Of each executable, which is more than half of those of a Debian system have. */
const FUNCTIONS = 300;
/** How long a process is one of them: so long that each of those that start with it gets its moment of work. */
const SECONDS_EACH = 30;
const PORT = 17_455;

const folder = mkdtempSync(join(tmpdir(), 'strata-bench-fleet-'));
const children: ChildProcess[] = [];
const sink = new Sink();
try {
  buildExecutables();
  await sink.listen(PORT + 1);
  // What is measured is every start but the first, which also fills the cache of compiled code.
  const first = startAgent(folder, PORT, PORT + 1);
  children.push(first);
  while (Object.keys(sink.counters).length === 0) await sleep(200);
  first.kill('SIGTERM');
  await once(first, 'exit');
  const agent = startAgent(folder, PORT, PORT + 1);
  children.push(agent);
  await sleep(5_000);
  for (let number = 0; number < PROCESSES; number++) {
    const options = [folder, number, PROCESSES, EXECUTABLES, SECONDS_EACH].map(String);
    children.push(spawn(join(folder, String(number)), options, { stdio: ['ignore', 'ignore', 'inherit'] }));
  }
  let rssMost = 0;
  for (let second = 0; second < SECONDS_EACH * (EXECUTABLES / PROCESSES) + 20; second++) {
    await sleep(1000);
    rssMost = Math.max(rssMost, statusMiB(agent.pid!, 'VmRSS'));
  }
  const mapsMiB = (sink.counters['kernel.bytes'] ?? Number.NaN) / 2 ** 20;
  print('fleet_tables_built', sink.counters['tables.built'] ?? Number.NaN, 'files');
  print('fleet_agent_rss_most', rssMost, 'MiB');
  print('fleet_kernel_maps', mapsMiB, 'MiB');
  print('fleet_rss_and_maps', ((rssMost + mapsMiB) * 2 ** 20) / 1e6, 'MB');
} finally {
  for (const child of children) child.kill('SIGKILL');
  await sink.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** One program under many names, each with a build ID of its own, so that nothing takes two of them for one. */
function buildExecutables(): void {
  const names = Array.from({ length: FUNCTIONS }, (_, i) => `f${i}`);
  const bodies = names.map((name, i) => {
    const saved = Array.from(
      { length: (i % 5) + 1 },
      (_, n) => `long v${n} = x + ${n}; asm volatile("" : "+r"(v${n}));`,
    );
    return `__attribute__((noinline)) static long ${name}(long x, long y) { ${saved.join(' ')} volatile long kept[${(i % 7) + 2}]; kept[0] = x * ${i} + y; return kept[0] ^ v0; }`;
  });
  const table = `static long (*const functions[])(long, long) = {${names.join(',')}};`;
  writeFileSync(join(folder, 'functions.h'), `#define FUNCTIONS ${FUNCTIONS}\n${bodies.join('\n')}\n${table}\n`);
  const source = join(import.meta.dirname, 'programs', 'fleet.c');
  const first = join(folder, 'first');
  execFileSync('gcc', ['-O2', '-fomit-frame-pointer', '-Wl,--build-id', `-I${folder}`, source, '-o', first]);
  const bytes = readFileSync(first);
  // Behind the header of the note and its name «GNU».
  const buildId = bytes.indexOf(Buffer.from('040000001400000003000000474e5500', 'hex')) + 16;
  for (let number = 0; number < EXECUTABLES; number++) {
    const path = join(folder, String(number));
    copyFileSync(first, path);
    bytes.writeUInt32LE(number, buildId);
    writeFileSync(path, bytes);
  }
}
