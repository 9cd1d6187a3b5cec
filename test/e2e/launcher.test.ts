import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mountSmallDisk } from '../../apps/collector/test/small-disk.ts';
import { ROOT } from '../source-files.ts';
import { eventually } from './product.ts';

const FIRST_PORT = 17_500;
let dataFolder: string;

const environment = (more: Record<string, string> = {}) => ({
  ...process.env,
  STRATA_DATA: dataFolder,
  ...Object.fromEntries(
    ['WEB', 'COLLECTOR', 'CLICKHOUSE', 'AGENT', 'WORKER'].map((name, i) => [
      `STRATA_${name}_PORT`,
      String(FIRST_PORT + i),
    ]),
  ),
  ...more,
});

beforeEach(() => {
  dataFolder = mkdtempSync(join(tmpdir(), 'strata-launcher-'));
});
afterEach(() => {
  // Only when a test failed is anything left.
  for (const { pid } of programsOf(dataFolder)) process.kill(pid, 'SIGKILL');
  rmSync(dataFolder, { recursive: true, force: true });
});

/** Processes that run on this data folder. */
function programsOf(folder: string): { pid: number; title: string }[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`STRATA_DATA=${folder}`)) return [];
      return [{ pid: Number(pid), title: readFileSync(`/proc/${pid}/cmdline`, 'utf8') }];
    } catch {
      // It ended while it was looked at.
      return [];
    }
  });
}

/** Starts the launcher with something wrong; it must end by itself with one sentence. */
function startAndFail(more: Record<string, string> = {}) {
  const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'apps/launcher/src/main.ts')], {
    cwd: ROOT,
    env: environment(more),
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { status, sentence: stderr.trim() };
}

describe('npm start refuses, with one sentence, what cannot work', () => {
  test('a port in use', async () => {
    const server = createServer().listen(FIRST_PORT + 1, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    expect(startAndFail()).toEqual({
      status: 78,
      sentence:
        'Port 17501, which collector needs, is in use: stop the program that listens there, or set STRATA_COLLECTOR_PORT.',
    });
    server.close();
  });

  test('a data folder of a newer version', () => {
    writeFileSync(join(dataFolder, 'version'), '99\n');
    const { status, sentence } = startAndFail();
    expect(status).toBe(78);
    expect(sentence).toMatch(/^The data folder .* has version 99, newer than the 1 this Strata knows/);
  });

  test('a wrong setting', () => {
    expect(startAndFail({ STRATA_SAMPLE_HZ: '5000' }).sentence).toMatch(/^STRATA_SAMPLE_HZ=5000 cannot be used: /);
  });

  test('listening elsewhere than on loopback', () => {
    expect(startAndFail({ STRATA_HOST: '0.0.0.0' }).sentence).toMatch(
      /^STRATA_HOST=0\.0\.0\.0 cannot be used: .*loopback/,
    );
  });

  test('a data folder that cannot be written', () => {
    writeFileSync(join(dataFolder, 'file'), '');
    expect(startAndFail({ STRATA_DATA: join(dataFolder, 'file') }).sentence).toMatch(
      /^The data folder .*file cannot be /,
    );
    expect(startAndFail({ STRATA_DATA: '/proc/nope' })).toMatchObject({
      status: 78,
      sentence: expect.stringMatching(/^The data folder \/proc\/nope cannot be /),
    });
  });
});

test('npm start refuses a full disk with one sentence that names its folder and what is free', ({ skip }) => {
  const disk = mountSmallDisk(dataFolder, 64 << 20);
  if (disk.refusal) skip(disk.refusal);
  const { status, sentence } = startAndFail();
  disk.unmount();
  expect(status).toBe(78);
  const [, folder, free, least] =
    /^The disk of the data folder (.*) is full: (\d+) bytes are free, (\d+) are needed; make room or set STRATA_DATA\.$/.exec(
      sentence,
    )!;
  expect(folder).toBe(dataFolder);
  expect(Number(free)).toBeLessThanOrEqual(64 << 20);
  expect(Number(free)).toBeGreaterThan(60 << 20);
  expect(Number(least)).toBe(512 << 20);
});

test('npm start brings everything up, restarts what dies and says why, and Ctrl-C stops all of it', async () => {
  const launcher = spawn('npm', ['start'], { cwd: ROOT, env: environment(), detached: true });
  let screen = '';
  launcher.stdout.on('data', (chunk) => (screen += chunk));
  launcher.stderr.on('data', (chunk) => (screen += chunk));
  const gone = new Promise<void>((resolve) => launcher.once('close', () => resolve()));
  const alive = async (port: number, path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).ok;

  await eventually('the address to be printed', 280, async () =>
    screen.includes(`open http://127.0.0.1:${FIRST_PORT}`),
  ).catch((error) => {
    throw new Error(`${error.message}\n${screen}`);
  });
  for (const program of ['clickhouse', 'collector', 'worker', 'web', 'agent'])
    expect(screen).toMatch(new RegExp(`${program} +ready on port`));

  const [worker] = programsOf(dataFolder).filter(({ title }) => title.startsWith('strata-worker'));
  process.kill(worker!.pid, 'SIGKILL');
  await eventually('the launcher to say that the worker died', 20, async () =>
    /worker ended: .*SIGKILL.*Starting it again/.test(screen),
  );
  await eventually('the worker to be back', 60, () => alive(FIRST_PORT + 4, '/healthz'));

  process.kill(-launcher.pid!, 'SIGINT');
  await gone;
  expect(screen).toMatch(/Stopped\.\s*$/);
  expect(programsOf(dataFolder)).toEqual([]);
});
