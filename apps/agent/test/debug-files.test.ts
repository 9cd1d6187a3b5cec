import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DebugFiles } from '@strata/debug-files';
import type { BuildId } from '@strata/profile';
import { createLogger } from '@strata/settings';
import { describeElf } from '@strata/symbolizer';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startCollector, type TestCollector } from '../../collector/test/collector.ts';
import type { CodeFile } from '../src/process/code-file.ts';
import { CollectorClient } from '../src/push/collector-client.ts';
import { DebugFileService } from '../src/symbols/debug-file-service.ts';
import { eventually } from './collector-stub.ts';

const MIB = 1 << 20;
let folder: string;
let collector: TestCollector;
let client: CollectorClient;
let files: DebugFiles;
let service: DebugFileService;
const running: ChildProcess[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'strata-agent-debug-files-'));
  collector = await startCollector(17476);
  client = new CollectorClient(collector.url);
  files = new DebugFiles({ ...collector.settings.debugFiles, identify: describeElf });
});
afterAll(async () => {
  client?.close();
  await collector?.close();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => {
  service?.stop();
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

interface Sleeper {
  readonly path: string;
  readonly debug: string;
  readonly buildId: BuildId;
}

/** A program that sleeps, stripped, with its debug file `debug` elsewhere. */
async function compileSleeper(name: string, noiseBytes = 0): Promise<Sleeper> {
  const home = join(folder, name);
  const at = (file: string) => join(home, file);
  mkdirSync(at('.debug'), { recursive: true });
  writeFileSync(at('a.c'), `#include <unistd.h>\nint ${name}; int main(void) { for (;;) pause(); }\n`);
  execFileSync('gcc', ['-g', '-Wl,--build-id', '-o', at('full'), at('a.c')]);
  if (noiseBytes > 0) {
    writeFileSync(at('noise'), randomFillSync(Buffer.alloc(noiseBytes)));
    execFileSync('objcopy', ['--add-section', `.debug_noise=${at('noise')}`, at('full')]);
  }
  execFileSync('objcopy', ['--only-keep-debug', at('full'), at('kept.debug')]);
  execFileSync('strip', ['-o', at(name), at('full')]);
  execFileSync('objcopy', [`--add-gnu-debuglink=${at('kept.debug')}`, at(name)]);
  return { path: at(name), debug: at('kept.debug'), buildId: (await describeElf(at(name))).buildId };
}

/** What the agent knows of a file that a process runs. */
const codeFile = (path: string, pid: number): CodeFile => ({
  path,
  device: '',
  inode: statSync(path).ino,
  kernelBuildId: '',
  locations: [{ pid, start: 0, end: 0 }],
  description: null,
});

function startService(known: ReadonlyMap<BuildId, CodeFile>, bytesPerSecond = 64 * MIB): DebugFileService {
  const options = { collectorUrl: collector.url, bytesPerSecond };
  const withBuildId = (buildId: BuildId) => known.get(buildId);
  service = new DebugFileService({ withBuildId }, client, createLogger('test', 'fatal'), options);
  return service;
}

test('a debug file that only the process itself can see is found and uploaded', async () => {
  const { buildId, debug, path } = await compileSleeper('inside');
  const place = join(path, '../.debug');
  const enter = `mount -t tmpfs none ${place} && cp ${debug} ${place}/kept.debug && exec ${path}`;
  const child = spawn('unshare', ['--mount', 'sh', '-c', enter], { stdio: 'ignore' });
  running.push(child);
  rmSync(join(path, '../full'));
  const inside = `/proc/${child.pid}/root${place}/kept.debug`;
  await eventually('the process in its namespace', 10, () => statSync(inside, { throwIfNoEntry: false }) !== undefined);
  rmSync(debug);

  startService(new Map([[buildId, codeFile(path, child.pid!)]])).want([buildId]);
  await eventually('the upload', 30, () => service.counters.sent === 1);
  expect((await files.kept.find(buildId))?.record).toMatchObject({ kind: 'dwarf', buildId });
});

test('an executable that was not stripped is uploaded itself', async () => {
  const { buildId, path } = await compileSleeper('whole');
  const full = join(path, '../full');
  startService(new Map([[buildId, codeFile(full, process.pid)]])).want([buildId]);
  await eventually('the upload', 30, () => service.counters.sent === 1);
  expect((await files.kept.find(buildId))?.record.bytes).toBe(statSync(full).size);
});

test('where none is, the collector hears where it was looked for; another program’s does not count', async () => {
  const { buildId, path } = await compileSleeper('nowhere');
  const other = await compileSleeper('elsewhere');
  rmSync(join(path, '../kept.debug'));
  copyFileSync(other.debug, join(path, '../.debug/kept.debug'));
  startService(new Map([[buildId, codeFile(path, process.pid)]])).want([buildId, 'gnu:../x']);
  await eventually('the answer', 30, () => service.counters.unavailable === 1);
  const searches = () => collector.storage.listSymbolSearches([buildId]);
  await eventually('the note', 30, async () => (await searches()).length > 0);
  const [search] = await searches();
  expect(search).toMatchObject({
    place: 'agent',
    found: false,
    reason: 'The file has no debug information, and none was found split off.',
  });
  const hex = buildId.slice('gnu:'.length);
  expect(search!.lookedAt).toEqual([
    path,
    `/usr/lib/debug/.build-id/${hex.slice(0, 2)}/${hex.slice(2)}.debug`,
    join(path, '../kept.debug'),
    join(path, '../.debug/kept.debug'),
    `/usr/lib/debug${join(path, '../kept.debug')}`,
  ]);
});

test('two at a time are on their way, below the rate of all together, and none blocks the agent', async () => {
  const bytes = 4 * MIB;
  const sleepers = await Promise.all(['a', 'b', 'c'].map((name) => compileSleeper(`large_${name}`, bytes)));
  const known = new Map(sleepers.map(({ buildId, path }) => [buildId, codeFile(path, process.pid)]));
  const incoming = join(collector.settings.debugFiles.folder, 'incoming');
  let most = 0;
  let longestMs = 0;
  let lastMs = performance.now();
  const watch = setInterval(() => {
    most = Math.max(most, readdirSync(incoming).length);
    longestMs = Math.max(longestMs, performance.now() - lastMs);
    lastMs = performance.now();
  }, 5);
  const startedMs = performance.now();
  startService(known, bytes).want([...known.keys()]);
  await eventually('the uploads', 60, () => service.counters.sent === 3);
  clearInterval(watch);
  expect(performance.now() - startedMs).toBeGreaterThan(2_500);
  expect(most).toBe(2);
  expect(longestMs).toBeLessThan(1_000);
});
