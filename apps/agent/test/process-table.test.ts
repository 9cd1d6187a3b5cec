import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProcessEvent } from '@strata/bpf';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CodeFiles } from '../src/process/code-files.ts';
import type { ProcessImage } from '../src/process/process-image.ts';
import { ProcessTable } from '../src/process/process-table.ts';

let proc: string;
let files: CodeFiles;
let table: ProcessTable;
beforeEach(() => {
  proc = mkdtempSync(join(tmpdir(), 'strata-proc-'));
  files = new CodeFiles(() => Promise.reject(new Error('not needed here')));
  table = new ProcessTable(files, proc);
});
afterEach(() => rmSync(proc, { recursive: true, force: true }));

/** A process in the folder that plays /proc: its number stays in the shape the kernel has it in. */
function running(pid: number, executable: string, start = 100, environment = '', maps = ''): void {
  const folder = join(proc, String(pid));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const name = executable.slice(executable.lastIndexOf('/') + 1);
  writeFileSync(join(folder, 'stat'), `${pid} (${name}) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 ${start} 0`);
  writeFileSync(join(folder, 'cmdline'), `${executable}\0`);
  writeFileSync(join(folder, 'environ'), environment);
  writeFileSync(join(folder, 'cgroup'), '0::/system.slice/shop.service\n');
  writeFileSync(join(folder, 'maps'), maps);
  symlinkSync(executable, join(folder, 'exe'));
}
const gone = (pid: number) => rmSync(join(proc, String(pid)), { recursive: true });

let clock = 0n;
const fork = (pid: number, parentPid: number): ProcessEvent => ({ kind: 'fork', pid, parentPid, timeNs: ++clock });
const exec = (pid: number, command: string): ProcessEvent => ({ kind: 'exec', pid, timeNs: ++clock, command });
const exit = (pid: number): ProcessEvent => ({ kind: 'exit', pid, timeNs: ++clock });
const mmap = (pid: number, start: bigint, file: string, inode = 7n): ProcessEvent => ({
  kind: 'mmap',
  pid,
  timeNs: ++clock,
  start,
  end: start + 0x1000n,
  fileOffset: 0n,
  file,
  buildId: 'ab12',
  device: 'fe:00',
  inode,
});

const images = (pid: number) => table.imagesOf(pid, clock);
const executableOf = (image: ProcessImage) => table.factsOf(image).executable;
const codeAt = (image: ProcessImage, address: number) => {
  const code = image.space.find(address)?.code;
  return typeof code === 'object' ? code.path : code;
};

describe('ProcessTable', () => {
  test('reads what runs at the start, with its mappings', () => {
    running(10, '/usr/bin/shop', 1, 'OTEL_SERVICE_NAME=shop', '1000-2000 r-xp 00000000 fe:00 7 /usr/bin/shop\n');
    table.scan();
    const [image] = images(10);
    expect(executableOf(image!)).toBe('/usr/bin/shop');
    expect(table.factsOf(image!).environment.get('OTEL_SERVICE_NAME')).toBe('shop');
    expect([codeAt(image!, 0x1000), codeAt(image!, 0x2000)]).toEqual(['/usr/bin/shop', undefined]);
  });

  test('a fork shares its parent’s mappings until it maps something itself', () => {
    running(10, '/usr/bin/shop', 1, '', '1000-2000 r-xp 00000000 fe:00 7 /usr/bin/shop\n');
    table.scan();
    table.apply([fork(11, 10), mmap(11, 0x5000n, '/lib/plugin.so')]);
    const [parent, child] = [images(10)[0]!, images(11)[0]!];
    expect([codeAt(child, 0x1000), codeAt(child, 0x5000), codeAt(parent, 0x5000)]).toEqual([
      '/usr/bin/shop',
      '/lib/plugin.so',
      undefined,
    ]);
    expect(executableOf(child)).toBe('/usr/bin/shop');
  });

  test('exec begins a new image; the old one stays until the drain is settled', () => {
    running(10, '/bin/bash', 1, '', '1000-2000 r-xp 00000000 fe:00 7 /bin/bash\n');
    table.scan();
    running(10, '/usr/bin/shop');
    table.apply([exec(10, 'shop'), mmap(10, 0x8000n, '/usr/bin/shop')]);
    expect(images(10).map(executableOf)).toEqual(['/usr/bin/shop', '/bin/bash']);
    expect(images(10).map((image) => [codeAt(image, 0x8000), codeAt(image, 0x1000)])).toEqual([
      ['/usr/bin/shop', undefined],
      [undefined, '/bin/bash'],
    ]);
    table.settle();
    expect(images(10).map(executableOf)).toEqual(['/usr/bin/shop']);
  });

  test('a process that was born and died between two drains keeps its name, environment and mappings', () => {
    running(10, '/bin/bash', 1, 'OTEL_SERVICE_NAME=batch');
    table.scan();
    table.apply([
      fork(11, 10),
      exec(11, 'job'),
      mmap(11, 0x7000n, '/lib/ld.so'),
      mmap(11, 0x1000n, '/opt/job-runner'),
      exit(11),
    ]);
    const [image] = images(11);
    expect(table.factsOf(image!)).toMatchObject({
      executable: '/opt/job-runner',
      cgroup: '0::/system.slice/shop.service\n',
    });
    expect(table.factsOf(image!).environment.get('OTEL_SERVICE_NAME')).toBe('batch');
    expect(codeAt(image!, 0x1000)).toBe('/opt/job-runner');
    table.settle();
    expect(table.size).toBe(1);
  });

  test('a pid that is used again is another process', () => {
    running(10, '/bin/bash');
    running(11, '/usr/bin/old');
    table.scan();
    running(11, '/usr/bin/new', 200);
    table.apply([exit(11), fork(11, 10), exec(11, 'new'), mmap(11, 0x9000n, '/usr/bin/new')]);
    expect(images(11).map((image) => [executableOf(image), image.current])).toEqual([
      ['/usr/bin/new', true],
      ['/bin/bash', false],
      ['/usr/bin/old', false],
    ]);
  });

  test('a fork without the exit before it ends the old process too', () => {
    running(10, '/bin/bash');
    running(11, '/usr/bin/old');
    table.scan();
    table.apply([fork(11, 10)]);
    table.settle();
    expect(images(11).map(executableOf)).toEqual(['/bin/bash']);
  });

  test('a process nobody announced is found when it is sampled', () => {
    table.scan();
    running(12, '/usr/bin/late', 1, '', '1000-2000 r-xp 00000000 fe:00 7 /usr/bin/late\n');
    expect(codeAt(images(12)[0]!, 0x1000)).toBe('/usr/bin/late');
  });

  test('one that is gone before it could be read is nobody, not an error', () => {
    expect(table.factsOf(images(99)[0]!)).toMatchObject({ pid: 99, executable: '', command: '' });
  });

  test('memory made executable without an event is found by reading again, but not at every miss', () => {
    running(10, '/usr/bin/node', 1, '', '1000-2000 r-xp 00000000 fe:00 7 /usr/bin/node\n');
    table.scan();
    const [image] = images(10);
    writeFileSync(
      join(proc, '10', 'maps'),
      '1000-2000 r-xp 00000000 fe:00 7 /usr/bin/node\n5000-6000 rwxp 00000000 00:00 0 \n',
    );
    expect(table.findAgain(image!, 0x5000)?.code).toBe('jit');
    writeFileSync(join(proc, '10', 'maps'), '9000-a000 rwxp 00000000 00:00 0 \n');
    expect(table.findAgain(image!, 0x9000)).toBeUndefined();
  });

  test('reconcile repairs lost events: exits, starts and reused pids', () => {
    for (const [pid, name] of [
      [10, 'stays'],
      [11, 'ends'],
      [12, 'old'],
    ] as const)
      running(pid, `/usr/bin/${name}`);
    table.scan();
    gone(11);
    running(12, '/usr/bin/new', 900);
    running(13, '/usr/bin/started');
    table.reconcile(clock);
    table.settle();
    expect([10, 12, 13].map((pid) => executableOf(images(pid)[0]!))).toEqual([
      '/usr/bin/stays',
      '/usr/bin/new',
      '/usr/bin/started',
    ]);
    expect(table.size).toBe(3);
  });
});

test('a real process is read as it is', async () => {
  const child = spawn('sleep', ['60'], { env: { OTEL_SERVICE_NAME: 'sleeper', SECRET: 'x' } });
  await new Promise((resolve) => child.once('spawn', resolve));
  const real = new ProcessTable(files);
  await expect.poll(() => real.factsOf(real.imagesOf(child.pid!, 0n)[0]!).executable).toMatch(/sleep$/);
  const facts = real.factsOf(real.imagesOf(child.pid!, 0n)[0]!);
  expect([facts.arguments, [...facts.environment]]).toEqual([['sleep', '60'], [['OTEL_SERVICE_NAME', 'sleeper']]]);
  child.kill();
});
