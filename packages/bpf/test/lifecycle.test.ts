// What becomes of stacks when processes and the files they run come, go and change.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Drain, type Sampler, startSampler } from '../src/index.ts';
import { skip } from './kernel.ts';
import { codeOf, ProcessStacks } from './process-stacks.ts';

const FLAGS = ['-O1', '-fomit-frame-pointer', '-fno-optimize-sibling-calls', '-fno-inline', '-fno-ipa-cp'];
/** Of a runtime at work; what leaks, leaks with each of many processes. */
const FEW_FILES = 16;
const SOURCES = join(import.meta.dirname, 'programs');

let folder: string;
let lives: string;
let sampler: Sampler;
const children: ChildProcess[] = [];

function build(name: string, source: string, ...flags: readonly string[]): string {
  const path = join(folder, name);
  execFileSync('gcc', [...FLAGS, ...flags, '-o', path, join(SOURCES, source)], {
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  return path;
}

/** Starts a program; its lines come one by one. */
function start(program: string, ...args: readonly string[]) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  return {
    child,
    pid: child.pid!,
    /** The number of the next line, which must say `what`. */
    async said(what: string): Promise<bigint> {
      const { value } = await lines.next();
      expect(value).toMatch(new RegExp(`^${what} [0-9a-f]+$`));
      return BigInt(`0x${value!.split(' ')[1]}`);
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

const stacksOf = (pid: number, symbols?: (file: string) => string) => new ProcessStacks(sampler, pid, symbols);

describe.skipIf(skip)('the life of processes and files', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'strata-lifecycle-'));
    lives = build('lives', 'lives.c');
    sampler = await startSampler({ frequencyHz: 499 });
  });
  afterEach(async () => {
    for (const child of children.splice(0)) await end(child);
  });
  afterAll(async () => {
    await sampler?.stop();
    if (folder) rmSync(folder, { recursive: true });
  });

  test('dlopen, dlclose, and another library at the same address', async () => {
    const libraries = [40, 200].map((bytes) =>
      build(`library-${bytes}.so`, 'library.c', '-shared', '-fPIC', `-DFRAME_BYTES=${bytes}`),
    );
    const { child, pid, said } = start(lives, 'load', ...libraries);
    const places: bigint[] = [];
    for (const library of libraries) {
      places.push(await said('loaded'));
      const stacks = stacksOf(pid);
      // Of the library before.
      await sampler.drain();
      await stacks.burning('burn_in_library part_of_library load_each main _start');
      expect(codeOf(pid).some(({ file }) => file === library)).toBe(true);
      child.kill('SIGUSR1');
    }
    expect(places[1]).toBe(places[0]);
  });

  test('fork without exec', async () => {
    const { said } = start(lives, 'fork');
    const child = Number(await said('forked'));
    try {
      await stacksOf(child).burning('burn part in_child fork_without_exec main _start');
    } finally {
      process.kill(child, 'SIGKILL');
    }
  });

  test('a binary that is replaced while its process goes on, and one that is deleted', async () => {
    const older = build('upgraded', 'lives.c', '-DPART=older_part', '-DPART_BYTES=40');
    copyFileSync(older, join(folder, 'older'));
    const first = start(older);
    const newer = build('newer', 'lives.c', '-DPART=newer_part', '-DPART_BYTES=300');
    renameSync(newer, older);
    const second = start(older);
    const goingOn = stacksOf(first.pid, () => join(folder, 'older'));
    await goingOn.burning('burn older_part main _start');
    await stacksOf(second.pid).burning('burn newer_part main _start');
    copyFileSync(older, join(folder, 'newer'));
    unlinkSync(older);
    // A sampler that starts now knows neither by a path.
    const later = await startSampler({ frequencyHz: 499 });
    try {
      await new ProcessStacks(later, first.pid, () => join(folder, 'older')).burning('burn older_part main _start');
      await new ProcessStacks(later, second.pid, () => join(folder, 'newer')).burning('burn newer_part main _start');
    } finally {
      await later.stop();
    }
  });

  test('a program in a memfd', async () => {
    const { pid } = start(lives, 'memory');
    await stacksOf(pid, () => lives).burning('burn part main _start');
    expect(codeOf(pid)[0]!.file).toBe('/memfd:program (deleted)');
  });

  test('a program on an overlay', async () => {
    for (const name of ['lower', 'upper', 'work', 'merged'])
      mkdirSync(join(folder, 'overlay', name), { recursive: true });
    copyFileSync(lives, join(folder, 'overlay', 'lower', 'lives'));
    const mount = 'mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work merged';
    const script = `cd ${folder}/overlay && ${mount} && exec merged/lives`;
    const { pid } = start('unshare', '-m', 'sh', '-c', script);
    await stacksOf(pid, () => lives).burning('burn part main _start');
  });

  test('a program in a mount namespace and a root of its own, whose files nobody else sees', async () => {
    const needed = execFileSync('ldd', [lives], { encoding: 'utf8' });
    const files = [lives, ...Array.from(needed.matchAll(/\/\S+/g), ([file]) => file)];
    const root = join(folder, 'root');
    mkdirSync(root);
    const script = [
      `mount -t tmpfs tmpfs ${root}`,
      `for file in ${files.join(' ')}; do mkdir -p ${root}/$(dirname $file) && cp $file ${root}/$file; done`,
      `exec chroot ${root} ${lives}`,
    ].join(' && ');
    const { pid } = start('unshare', '-m', 'sh', '-c', script);
    await stacksOf(pid, () => lives).burning('burn part main _start');
    expect(readFileSync(`/proc/${pid}/mountinfo`, 'utf8')).toContain('tmpfs');
  });

  test('a pid that was another process before', async () => {
    const first = start(lives);
    await stacksOf(first.pid).burning('burn part main _start');
    await end(first.child);
    const other = build('other', 'lives.c', '-DPART=another_part', '-DPART_BYTES=120');
    const second = start(lives, 'take-pid', String(first.pid), other);
    // Of the process before.
    await sampler.drain();
    try {
      await stacksOf(first.pid).burning('burn another_part main _start');
      expect(readFileSync(`/proc/${first.pid}/comm`, 'utf8')).toBe('other\n');
    } finally {
      process.kill(first.pid, 'SIGKILL');
      await once(second.child, 'exit');
    }
  });

  test('memory that is made executable, as a JIT does it: whole by its frame pointer, else told to be cut off', async () => {
    const keeping = start(lives, 'written');
    await stacksOf(keeping.pid).burning('[memory] run_written main _start');
    const bare = start(lives, 'written', 'bare');
    await sleep(500);
    const seen = (await stacksOf(bare.pid).next()).filter(({ path }) => path.startsWith('[memory]'));
    expect(seen.length).toBeGreaterThan(20);
    for (const stack of seen) expect(stack).toMatchObject({ outcome: 'NO_FRAME_POINTER', path: '[memory]' });
  });

  test('a static position-independent program', async () => {
    const { pid } = start(build('static', 'lives.c', '-static-pie'));
    await stacksOf(pid).burning('burn part main __libc_start_call_main __libc_start_main_impl _start');
  });

  test('the vDSO', async () => {
    const { pid } = start(lives, 'time');
    const seen = await stacksOf(pid).burning('[vdso] ask_the_time main _start');
    expect(seen.filter(({ outcome }) => outcome !== 'COMPLETE').length).toBeLessThanOrEqual(1);
  });

  test('10,000 short processes a minute leave nothing behind', async () => {
    const openFiles = () => readdirSync('/proc/self/fd').length;
    const residentMiB = () => process.memoryUsage.rss() / 2 ** 20;
    const before = openFiles();
    const { child } = start(lives, 'many', '167', '12', '/bin/true');
    const ended = once(child, 'exit').then(() => true);
    let [exits, turn, memory] = [0, 0, 0];
    const drains: Drain[] = [];
    while (!(await Promise.race([ended, sleep(500, false)]))) {
      const drain = await sampler.drain();
      drains.push(drain);
      exits += drain.events.filter(({ kind }) => kind === 'exit').length;
      // By then the tables are there, and what the runtime needs for itself.
      if (++turn === 8) memory = residentMiB();
    }
    expect(exits).toBeGreaterThan(1_000);
    expect(drains.at(-1)!.totals.lostProcessEvents).toBe(0n);
    // Other programs of the machine come and go meanwhile.
    expect(sampler.tables().files.filter(({ path }) => path.endsWith('/true')).length).toBe(1);
    expect(openFiles() - before).toBeLessThan(FEW_FILES);
    expect(residentMiB() - memory).toBeLessThan(64);
  });

  test('copies of a program share one table, as long as one of them is known', async () => {
    const sampler = await startSampler({ frequencyHz: 499 });
    try {
      const bytes: number[] = [];
      for (const name of ['first', 'second', 'third']) {
        const copy = join(folder, name);
        copyFileSync(lives, copy);
        const child = spawn(copy, { stdio: 'ignore' });
        await new ProcessStacks(sampler, child.pid!).burning('burn part main _start');
        await end(child);
        bytes.push(sampler.tables().files.find(({ path }) => path === copy)!.bytes);
        bytes.push(sampler.tables().bytes);
      }
      const [own, withOne, , withTwo, , withThree] = bytes;
      expect(own).toBeGreaterThan(4_096);
      // What else the machine started meanwhile may have a table now, but not one of ours.
      expect([withTwo! - withOne!, withThree! - withOne!]).not.toContain(own);
      const [first, , second, , third] = bytes;
      expect([second, third]).toEqual([first, first]);
    } finally {
      await sampler.stop();
    }
  });

  test('a new binary for each process: its table leaves when room is needed', async () => {
    const idle = await startSampler({ frequencyHz: 99 });
    const { bytes } = idle.tables();
    await idle.stop();
    const small = await startSampler({ frequencyHz: 499 }, { kernelBytes: bytes + (1 << 20) });
    const files = readdirSync('/proc/self/fd').length;
    try {
      for (let i = 0; i < 150; i++) {
        const copy = join(folder, `copy-${i}`);
        copyFileSync(lives, copy);
        const child = spawn(copy, { stdio: 'ignore' });
        await sleep(20);
        await end(child);
        unlinkSync(copy);
      }
      const tables = small.tables();
      expect(tables.files.filter(({ path }) => path.includes('/copy-')).length).toBeGreaterThan(50);
      expect(tables.bytes).toBeLessThanOrEqual(tables.bytesMost);
      expect(readdirSync('/proc/self/fd').length - files).toBeLessThan(FEW_FILES);
    } finally {
      await small.stop();
    }
  });
});
