// What tables take: to be built, and in the kernel.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSampler } from '../../src/index.ts';
import { PROGRAMS, Stage } from '../corpus/stage.ts';
import { COMPILED } from '../workloads/compiled.ts';
import { LARGE } from '../workloads/large.ts';
import { NATIVE, print, type Target } from './figure.ts';

const MIB = 2 ** 20;

export function buildRusage(stage: Stage): string {
  stage.finish('gcc', ['-O2', `${PROGRAMS}/rusage.c`, '-o', 'rusage']);
  return stage.path('rusage');
}

export function libchdb(): string {
  const require = createRequire(import.meta.url);
  return join(dirname(require.resolve('@chdb/lib-linux-x64-gnu/package.json')), 'libchdb.so');
}

/** The table builder alone, as a process of its own. */
export function printBuildCosts(): void {
  const files: readonly (readonly [name: string, path: string, milliseconds: Target, resident: Target])[] = [
    ['libchdb', libchdb(), { most: 900 }, { most: 150 }],
    ['libLLVM-19', '/usr/lib/x86_64-linux-gnu/libLLVM.so.19.1', { most: 120 }, null],
  ];
  const stage = new Stage();
  const rusage = buildRusage(stage);
  const cargo = ['run', '--quiet', '--release', '-p', 'strata-unwind', '--example', 'build', '--'];
  // The first run compiles it.
  spawnSync('cargo', cargo, { cwd: NATIVE, stdio: ['ignore', 'ignore', 'inherit'] });
  const target = process.env.CARGO_TARGET_DIR ?? join(NATIVE, 'target');
  const program = join(target, 'release', 'examples', 'build');
  for (const [name, path, milliseconds, resident] of files.filter(([, path]) => existsSync(path))) {
    const { stdout, stderr } = spawnSync(rusage, ['1', program, path], { encoding: 'utf8' });
    const numbers = stdout
      .split('\n')
      .find((line) => line.endsWith(path))!
      .trim()
      .split(/\s+/)
      .map(Number);
    const [rows, , bytes, buildMs, heapMib] = numbers;
    print(`build_${name}`, buildMs!, 'ms', milliseconds, { rows });
    print(`build_${name}_rows_per_second`, rows! / (buildMs! / 1e3), 'rows/s', { least: 5e6 });
    print(`build_${name}_heap_most`, heapMib!, 'MiB');
    // With the pages of the file that were read.
    print(`build_${name}_resident_most`, JSON.parse(stderr).residentKib / 1024, 'MiB', resident);
    print(`build_${name}_bytes_per_row`, bytes! / rows!, 'B');
  }
  void stage.close();
}

/** Of all BPF maps this process holds, as the kernel accounts them. */
function mapBytes(): number {
  return readdirSync('/proc/self/fd').reduce((sum, fd) => {
    try {
      if (!readlinkSync(`/proc/self/fd/${fd}`).includes('bpf-map')) return sum;
      const [, bytes] = /^memlock:\s+(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')) ?? [];
      return sum + Number(bytes ?? 0);
    } catch {
      return sum;
    }
  }, 0);
}

/** The maps of an idle sampler, then its tables when programs of all kinds have run. */
export async function printKernelMemory(): Promise<void> {
  const sampler = await startSampler({ frequencyHz: 99 });
  print('kernel_memory_without_tables', mapBytes() / MIB, 'MiB', { most: 16 });
  try {
    const workloads = [...COMPILED, ...LARGE].filter(({ name }) =>
      ['libchdb', 'compilers', 'go', 'rust', 'openssl'].includes(name),
    );
    // One after the other: a file keeps its table when the last of its processes has ended.
    for (const { start } of workloads) {
      const stage = new Stage();
      await start(stage);
      await sleep(5_000);
      await stage.close();
    }
    const { files } = sampler.tables();
    const held = files.filter((file) => file.bytes > 0);
    const rows = held.reduce((sum, file) => sum + file.rows, 0);
    const bytes = held.reduce((sum, file) => sum + file.bytes, 0);
    const chdb = files.find(({ path }) => path.endsWith('/libchdb.so'));
    print('kernel_bytes_per_row', bytes / rows, 'B', { most: 4.2 }, { files: held.length, rows });
    if (chdb) print('kernel_memory_libchdb', chdb.bytes / MIB, 'MiB', { most: 24 }, { rows: chdb.rows });
    const failed = files.filter(({ failure }) => failure !== '');
    print('files_without_table', failed.length, 'files', null, {
      failures: [...new Set(failed.map(({ failure }) => failure))],
    });
  } finally {
    await sampler.stop();
  }
}
