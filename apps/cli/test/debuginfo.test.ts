import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash, randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '@strata/embedded-clickhouse';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileProgram } from '../../../packages/debug-files/test/programs.ts';
import { CollectorProcess } from './collector-process.ts';
import { STRATA, strata } from './strata.ts';

const CLICKHOUSE_PORT = 17472;
const COLLECTOR_PORT = 17473;
const MIB = 1 << 20;
let folder: string;
let dataFolder: string;
let engine: EmbeddedClickHouse;
let collector: CollectorProcess;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'strata-cli-debuginfo-'));
  dataFolder = join(folder, 'data');
  engine = await startEmbeddedClickHouse({ dataFolder, port: CLICKHOUSE_PORT });
  collector = new CollectorProcess(dataFolder, CLICKHOUSE_PORT, COLLECTOR_PORT);
  await collector.start();
});
afterAll(async () => {
  await collector?.end('SIGTERM');
  await engine?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const upload = (...args: string[]) => strata(['debuginfo', 'upload', '--url', collector.url, ...args]);
const kept = (path: string) => {
  const hash = createHash('sha256').update(readFileSync(path)).digest('hex');
  return existsSync(join(dataFolder, 'debug-files/blobs', hash.slice(0, 2), hash));
};

/** A program whose debug information is large: so that there is time to do something while it is on its way. */
function compileLarge(name: string, bytes: number): string {
  const { full } = compileProgram(folder, name);
  const noise = join(folder, `${name}.noise`);
  writeFileSync(noise, randomFillSync(Buffer.alloc(bytes)));
  execFileSync('objcopy', ['--add-section', `.debug_noise=${noise}`, full]);
  rmSync(noise);
  return full;
}

/** Bytes of the one upload that is on its way. */
function bytesOnTheWay(): number {
  const incoming = join(dataFolder, 'debug-files/incoming');
  const [id] = existsSync(incoming) ? readdirSync(incoming).filter((name) => !name.endsWith('.tmp')) : [];
  return id === undefined ? 0 : statSync(join(incoming, id, 'content')).size;
}

async function startUpload(path: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [STRATA, 'debuginfo', 'upload', '--url', collector.url, path]);
  while (bytesOnTheWay() < 8 * MIB) await sleep(2);
  return child;
}

describe('strata debuginfo upload', () => {
  test('uploads files and says what became of each', () => {
    const { debug, full } = compileProgram(folder, 'shop');
    const first = upload(debug, full);
    expect(first.stderr).toBe('');
    expect(first.stdout).toMatch(/shop\.debug: uploaded as gnu:[a-f0-9]{40}, dwarf, [\d,]+ bytes\.\n/);
    expect(first.stdout).toMatch(
      /shop: A debug file with dwarf is kept already\.\n1 uploaded, 1 not wanted, 0 failed\n$/,
    );
    expect(first.code).toBe(0);
    expect(kept(debug)).toBe(true);
    expect(upload('--force', full).stdout).toContain('1 uploaded');
    expect(kept(debug)).toBe(false);
  });

  test('searches folders for files with debug information, and follows no circle', () => {
    const tree = join(folder, 'tree');
    mkdirSync(join(tree, 'deep/er'), { recursive: true });
    const { debug, stripped } = compileProgram(folder, 'inner');
    writeFileSync(join(tree, 'deep/er/inner.debug'), readFileSync(debug));
    writeFileSync(join(tree, 'inner'), readFileSync(stripped));
    writeFileSync(join(tree, 'notes.txt'), 'text');
    symlinkSync('../..', join(tree, 'deep/circle'));
    const { stdout, code } = upload(tree);
    expect(stdout).toMatch(
      /^.*deep\/er\/inner\.debug: uploaded as .*\n1 uploaded, 0 not wanted, 0 failed, 1 without names passed over\n$/,
    );
    expect(code).toBe(0);
  });

  test('says in a sentence what cannot be uploaded, and goes on', () => {
    const { debug } = compileProgram(folder, 'good');
    const { stdout, stderr, code } = upload(join(folder, 'shop.c'), join(folder, 'missing'), debug);
    expect(stdout).toContain('shop.c: The file is no ELF file.\n');
    expect(stdout).toContain('missing: ENOENT');
    expect(stdout).toContain('1 uploaded, 0 not wanted, 2 failed\n');
    expect(stderr).toBe('strata debuginfo: 2 files were not uploaded.\n');
    expect(code).toBe(1);
  });

  test('goes on where it was killed', async () => {
    const large = compileLarge('killed', 48 * MIB);
    const before = await collector.bytesReceived();
    const child = await startUpload(large);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    expect(kept(large)).toBe(false);
    expect(upload(large).stdout).toContain('1 uploaded');
    expect(kept(large)).toBe(true);
    // What was on its way between the two is sent again, not what had arrived.
    expect((await collector.bytesReceived()) - before).toBeLessThan(statSync(large).size + 8 * MIB);
  });

  test('outlives a collector that is killed and started again', async () => {
    const large = compileLarge('outlived', 48 * MIB);
    const child = await startUpload(large);
    const printed = Promise.all([text(child.stdout!), text(child.stderr!)]);
    await collector.end('SIGKILL');
    const cutOffAt = bytesOnTheWay();
    expect(cutOffAt).toBeLessThan(statSync(large).size);
    await sleep(300);
    await collector.start();
    expect(await printed).toEqual([expect.stringContaining('1 uploaded, 0 not wanted, 0 failed'), '']);
    expect(kept(large)).toBe(true);
    expect(await collector.bytesReceived()).toBe(statSync(large).size - cutOffAt);
  });

  test('says where nobody answers', () => {
    const { debug } = compileProgram(folder, 'nobody');
    const { stderr, code } = strata(['debuginfo', 'upload', '--url', 'http://127.0.0.1:9', debug]);
    expect(stderr).toMatch(
      /^strata debuginfo: The collector at http:\/\/127\.0\.0\.1:9 does not take it: .*\. Name another one with --url or STRATA_COLLECTOR_URL\.\n$/,
    );
    expect(code).toBe(1);
  });
});
