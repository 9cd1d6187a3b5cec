import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Drain } from '@strata/bpf';
import { describeElf, loadJitDump, loadPerfMap } from '@strata/symbolizer';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { Attributor } from '../src/attribution/attributor.ts';
import { FrameTable } from '../src/attribution/frames.ts';
import { JitMaps } from '../src/attribution/jit-maps.ts';
import { KernelStacks } from '../src/attribution/kernel-stacks.ts';
import { UserStacks } from '../src/attribution/user-stacks.ts';
import { CodeFiles } from '../src/process/code-files.ts';
import { ProcessTable } from '../src/process/process-table.ts';
import { linesIn } from './jit-dump.ts';
import { ScriptedSampler } from './scripted-sampler.ts';

const folder = mkdtempSync(join(tmpdir(), 'strata-stacks-'));
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function build(name: string, ...flags: readonly string[]): string {
  const output = join(folder, name);
  const source = join(import.meta.dirname, 'fixtures', 'known-path.c');
  execFileSync('gcc', ['-O1', '-fno-optimize-sibling-calls', '-Wl,--build-id', ...flags, source, '-o', output]);
  return output;
}

/** Start of each function as the file writes it, by nm. */
function symbolsOf(file: string): Map<string, number> {
  const rows = execFileSync('nm', ['--defined-only', file], { encoding: 'utf8' }).matchAll(
    /^([0-9a-f]+) [tT] (\S+)$/gm,
  );
  return new Map([...rows].map(([, address, name]) => [name!, Number.parseInt(address!, 16)]));
}

async function start(file: string): Promise<{ pid: number; child: ChildProcess }> {
  const child = spawn(file, ['60000'], { stdio: 'ignore' });
  children.push(child);
  await expect.poll(() => readFileSync(`/proc/${child.pid}/maps`, 'utf8')).toContain(file);
  return { pid: child.pid!, child };
}

/** Where the file's address 0 lies in the process: a position-dependent program lies where it says. */
function loadBias(pid: number, file: string, isPie: boolean): number {
  const maps = readFileSync(`/proc/${pid}/maps`, 'utf8');
  return isPie ? Number.parseInt(maps.split('\n').find((line) => line.includes(file))!, 16) : 0;
}

function makeAttributor() {
  const files = new CodeFiles(describeElf);
  const table = new ProcessTable(files);
  const frames = new FrameTable();
  const user = new UserStacks(frames, table, files, new JitMaps({ loadPerfMap, loadJitDump }));
  const naming = { host: 'h', containerDetails: () => ({ name: '', image: '', pod: '', namespace: '' }) };
  return { table, attributor: new Attributor(table, files, frames, new KernelStacks(frames, null), user, naming) };
}

/** Root first, each frame as a line. */
async function frames(pid: number, addresses: readonly number[], events: Drain['events'] = []): Promise<string[]> {
  const { table, attributor } = makeAttributor();
  if (events.length === 0) table.scan();
  const sampler = new ScriptedSampler();
  sampler.putEvents(...events);
  sampler.putStack(7n, 'user', ...addresses.map(BigInt));
  sampler.put({ pid, thread: 'main', user: 7n, count: 1 });
  const [sample] = await attributor.attribute(await sampler.drain());
  return sample!.user.frames.map((frame) =>
    frame.kind === 'native'
      ? `${frame.mapping.file} ${frame.mapping.buildId} 0x${frame.address.toString(16)}`
      : `${frame.kind} ${frame.function} ${frame.file}${frame.line > 0 ? `:${frame.line}` : ''}`,
  );
}

const buildIdOf = (file: string) =>
  /Build ID: ([0-9a-f]+)/.exec(execFileSync('readelf', ['-n', file], { encoding: 'utf8' }))![1]!;

describe('an address in a process becomes the address its file says', () => {
  test.each([
    ['PIE', true, ['-fPIE', '-pie']],
    ['not position independent', false, ['-no-pie']],
    ['code and data in one segment', true, ['-fPIE', '-pie', '-Wl,-z,noseparate-code']],
    ['static', false, ['-static']],
    ['text at other addresses than offsets', true, ['-fPIE', '-pie', '-Wl,-Ttext-segment=0x200000']],
  ] as const)('%s', async (name, isPie, flags) => {
    const file = build(name.replaceAll(' ', '-'), ...flags);
    const symbols = symbolsOf(file);
    const { pid } = await start(file);
    const lowest = name.startsWith('text') ? 0x200000 : 0;
    const bias = loadBias(pid, file, isPie) - lowest;
    const [leaf, middle, main] = ['leaf', 'middle', 'main'].map((symbol) => symbols.get(symbol)!);
    const line = (address: number) => `${file} gnu:${buildIdOf(file)} 0x${address.toString(16)}`;
    // The leaf is where it stands; a caller's return address belongs to the byte before it.
    expect(await frames(pid, [leaf! + 4 + bias, middle! + 9 + bias, main! + 20 + bias])).toEqual([
      line(main! + 19),
      line(middle! + 8),
      line(leaf! + 4),
    ]);
  });
});

test('a file that was deleted is still read, through the mapping', async () => {
  const file = build('deleted', '-pie', '-fPIE');
  const [id, leaf] = [buildIdOf(file), symbolsOf(file).get('leaf')!];
  const { pid } = await start(file);
  const bias = loadBias(pid, file, true);
  rmSync(file);
  expect(await frames(pid, [leaf + bias])).toEqual([`${file} gnu:${id} 0x${leaf.toString(16)}`]);
});

test('a process known by events alone, gone already: the build ID that the kernel told finds the file', async () => {
  const file = build('gone', '-pie', '-fPIE');
  const leaf = symbolsOf(file).get('leaf')!;
  const pid = 4_000_001;
  const base = 0x5555_0000_0000;
  const events: Drain['events'] = [
    { kind: 'fork', pid, parentPid: process.pid, timeNs: 1n },
    { kind: 'exec', pid, timeNs: 2n, command: 'gone' },
    // As the loader maps the first page of text, with the build ID in place of device and inode.
    {
      kind: 'mmap',
      pid,
      timeNs: 3n,
      start: BigInt(base + 0x1000),
      end: BigInt(base + 0x2000),
      fileOffset: 0x1000n,
      file,
      buildId: buildIdOf(file),
      device: '0:0',
      inode: 0n,
    },
    { kind: 'exit', pid, timeNs: 4n },
  ];
  expect(await frames(pid, [base + leaf], events)).toEqual([`${file} gnu:${buildIdOf(file)} 0x${leaf.toString(16)}`]);
});

describe('what has no file', () => {
  test('the vDSO, an address in nothing, a JIT without and with a perf map', async () => {
    const script = 'const code = new Uint8Array(1); for (;;) code[0]++;';
    const child = spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
    children.push(child);
    const rangeOf = (pattern: RegExp) =>
      readFileSync(`/proc/${child.pid}/maps`, 'utf8')
        .split('\n')
        .find((line) => pattern.test(line));
    const anonymous = /^\S+ r?[w-]xp 00000000 00:00 0\s*$/;
    await expect
      .poll(() => rangeOf(anonymous) ?? rangeOf(/^\S+ ..xp 00000000 00:00 0 *$/), { timeout: 20_000 })
      .toBeTruthy();
    const jit = Number.parseInt((rangeOf(anonymous) ?? rangeOf(/^\S+ ..xp 00000000 00:00 0 *$/))!, 16);
    const vdso = Number.parseInt(rangeOf(/\[vdso\]/)!, 16);
    expect(await frames(child.pid!, [vdso + 0x500, jit + 0x20, 0x10])).toEqual([
      'symbolized [unknown] ',
      'jit [jit] ',
      'kernel [vdso] [vdso]',
    ]);
    const map = `/tmp/perf-${child.pid}.map`;
    writeFileSync(map, `${(jit + 0x10).toString(16)} 40 JS:*price /srv/shop.js:3:7\n`);
    expect(await frames(child.pid!, [vdso + 0x500, jit + 0x20, 0x10])).toEqual([
      'symbolized [unknown] ',
      'jit price /srv/shop.js:3',
      'kernel [vdso] [vdso]',
    ]);
    rmSync(map);
  });
});

test('a JIT that writes a dump: function, file and line of the address', async () => {
  const script = join(folder, 'shop.js');
  writeFileSync(
    script,
    `function price(n) {
  let sum = 0;
  for (let i = 0; i < n; i++)
    sum += Math.sqrt(i) * n;
  return sum;
}
// V8 writes when it has 2 MiB.
for (let i = 0; i < 5000; i++) price(new Function(\`return \${i}\`)());
for (;;) price(1000);
`,
  );
  const compilers = ['--always-sparkplug', '--no-maglev', '--no-turbofan'];
  const args = ['--perf-prof', `--perf-prof-path=${folder}`, '--no-logfile-per-isolate', ...compilers, script];
  const child = spawn(process.execPath, args, { stdio: 'ignore', cwd: folder });
  children.push(child);
  const path = join(folder, `jit-${child.pid}.dump`);
  // Compiled by the baseline compiler, whose code has every line in order.
  const lines = () => (existsSync(path) ? linesIn(path, 'JS:^price', script.length) : new Map<number, number>());
  await expect.poll(() => new Set(lines().values()).size, { timeout: 20_000 }).toBe(4);
  const places = [...lines()];
  const told = await Promise.all(places.map(([address]) => frames(child.pid!, [address])));
  expect(told.flat()).toEqual(places.map(([, line]) => `jit price ${script}:${line}`));
});

test('a stack of the program before an exec is not taken for the one after it', async () => {
  const [before, after] = [build('before', '-pie', '-fPIE'), build('after', '-pie', '-fPIE', '-O2')];
  const { pid } = await start(before);
  const { table, attributor } = makeAttributor();
  table.scan();
  const leaf = symbolsOf(before).get('leaf')!;
  const address = loadBias(pid, before, true) + leaf;
  const sampler = new ScriptedSampler();
  sampler.putEvents(
    { kind: 'exec', pid, timeNs: 1n, command: 'after' },
    {
      kind: 'mmap',
      pid,
      timeNs: 2n,
      start: 0x7777_0000_1000n,
      end: 0x7777_0000_2000n,
      fileOffset: 0x1000n,
      file: after,
      buildId: buildIdOf(after),
      device: '0:0',
      inode: 0n,
    },
  );
  sampler.putStack(1n, 'user', BigInt(address));
  sampler.putStack(2n, 'user', BigInt(0x7777_0000_0000 + symbolsOf(after).get('leaf')!));
  sampler.put({ pid, thread: 't', user: 1n, count: 1 }, { pid, thread: 't', user: 2n, count: 1 });
  const samples = await attributor.attribute(await sampler.drain());
  expect(
    samples.map(({ user }) =>
      user.frames.map((frame) => (frame.kind === 'native' ? frame.mapping.file : frame.function)),
    ),
  ).toEqual([[before], [after]]);
});
