// Figures of names, with their peers in the same run: `npm run bench:symbols [FOLDER [NAME]]`; one JSON line per figure. FOLDER
// keeps the programs that are compiled for it; with NAME only those whose name has it are measured: `replay` is the cache.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BuildId, LookupAddress } from '@strata/profile';
import { loadKernelSymbols, openIndex, openIndexStore } from '@strata/symbolizer';
import { addressesIn, agreement, dwzAgreement, functionsOf } from './agreement.ts';
import { goAgreement } from './go-agreement.ts';
import {
  cppProgram,
  debugBytes,
  dwzProgram,
  goPrograms,
  libcProgram,
  locateProgram,
  type Program,
  rustProgram,
} from './programs.ts';

const ADDRESSES = 100_000;
const BATCH = 1_000;
const RUNS = 3;
const OPENS = 21;

const kept = process.argv[2];
const wanted = process.argv[3] ?? '';
const folder = kept ?? mkdtempSync(join(tmpdir(), 'strata-bench-symbols-'));

function print(name: string, value: number, unit: string, peer?: { name: string; value: number }): void {
  const rounded = (number: number) => Number(number.toPrecision(5));
  const compared = peer ? { peer: `${peer.name}: ${rounded(peer.value)}`, ratio: rounded(value / peer.value) } : {};
  console.log(JSON.stringify({ name: `symbols/${name}`, value: rounded(value), unit, ...compared }));
}

/** The best of some runs in processes of their own. */
function built(file: string, index: string): { ms: number; anonymousBytes: number } {
  const runs = Array.from({ length: RUNS }, () => {
    const script = join(import.meta.dirname, 'build-once.ts');
    return JSON.parse(execFileSync(process.execPath, [script, file, index], { encoding: 'utf8' }));
  });
  return {
    ms: Math.min(...runs.map(({ ms }) => ms)),
    anonymousBytes: Math.max(...runs.map(({ anonymousBytes }) => anonymousBytes)),
  };
}

function gsymutilMs(file: string): number {
  const out = join(folder, 'peer.gsym');
  const runs = Array.from({ length: RUNS }, () => {
    const started = performance.now();
    const options = [`--convert=${file}`, `--out-file=${out}`, '--num-threads=1', '--quiet'];
    execFileSync('llvm-gsymutil-19', options, { stdio: 'ignore' });
    return performance.now() - started;
  });
  return Math.min(...runs);
}

async function measure(program: Program): Promise<void> {
  const { name, file, peer } = program;
  const path = join(folder, `${name}.index`);
  const { ms, anonymousBytes } = built(file, path);
  const debug = debugBytes(peer);
  const speed = (of: number) => debug / 1e3 / of;
  print(`${name}/debug-bytes`, debug / 1e6, 'MB');
  print(`${name}/build`, speed(ms), 'MB/s', { name: 'llvm-gsymutil-19', value: speed(gsymutilMs(peer)) });
  print(`${name}/build-memory`, anonymousBytes / debug, 'of .debug_*');
  print(`${name}/index-size`, statSync(path).size / debug, 'of .debug_*');
  const index = await openIndex(path);
  print(`${name}/agreement`, (await agreement(index, program, ADDRESSES)) * 100, '% of llvm-symbolizer-19');
  await lookUps(program, path);
}

async function lookUps({ name, peer }: Program, path: string): Promise<void> {
  const store = openIndexStore(join(folder, `${name}.store`));
  const index = await openIndex(path);
  await store.put(index.buildId, await import('node:fs/promises').then(({ readFile }) => readFile(path)));
  const addresses = addressesIn(functionsOf(peer), ADDRESSES);
  let opened = openIndexStore(join(folder, `${name}.store`));
  const opens: number[] = [];
  for (let run = 0; run < OPENS; run++) {
    opened = openIndexStore(join(folder, `${name}.store`));
    const from = performance.now();
    await opened.resolve(index.buildId, []);
    opens.push(performance.now() - from);
  }
  print(`${name}/open`, opens.sort((a, b) => a - b)[OPENS >> 1]!, 'ms');
  const input = addresses.map((address) => address.toString(16)).join('\n');
  const located = execFileSync(locateProgram(folder), [path], { input, encoding: 'utf8' });
  print(`${name}/to-ids`, Number(located), 'k addresses/s');
  let started = performance.now();
  for (let from = 0; from < ADDRESSES; from += BATCH) {
    await index.resolve(addresses.slice(from, from + BATCH));
  }
  print(`${name}/strings-in-batches-of-1000`, ADDRESSES / (performance.now() - started), 'k addresses/s');
  const again = async (build: BuildId, list: readonly LookupAddress[]) => {
    for (let from = 0; from < ADDRESSES; from += BATCH) await opened.resolve(build, list.slice(from, from + BATCH));
  };
  await again(index.buildId, addresses);
  started = performance.now();
  await again(index.buildId, addresses);
  print(`${name}/strings-remembered`, ADDRESSES / (performance.now() - started), 'k addresses/s');
}

async function measureGo(): Promise<void> {
  const { full, stripped } = goPrograms(folder);
  for (const [name, file] of [
    ['go', full],
    ['go-stripped', stripped],
  ] as const) {
    const path = join(folder, `${name}.index`);
    print(`${name}/build-time`, built(file, path).ms, 'ms');
    const share = await goAgreement(await openIndex(path), full, ADDRESSES);
    print(`${name}/functions`, share.functions * 100, '% of runtime.CallersFrames');
    print(`${name}/lines`, share.lines * 100, '% of runtime.CallersFrames');
    print(`${name}/chains`, share.chains * 100, `% of ${share.stacks} frames in its stacks`);
  }
}

async function measureDwz(program: Program): Promise<void> {
  const { name, file, peer } = program;
  const path = join(folder, `${name}.index`);
  const { ms } = built(file, path);
  print(`${name}/build`, debugBytes(peer) / 1e3 / ms, 'MB/s');
  const shares = await dwzAgreement(await openIndex(path), program, ADDRESSES);
  print(`${name}/agreement`, shares.elfutils * 100, '% of eu-addr2line');
  if (shares.elfutilsChains === null) console.error(`${name}: eu-addr2line has no inlined calls to compare`);
  else print(`${name}/agreement-where-it-has-chains`, shares.elfutilsChains * 100, '% of eu-addr2line');
  print(`${name}/lines-of-chains`, shares.llvm * 100, '% of llvm-symbolizer-19');
  print(`${name}/nameless-frames`, shares.nameless, 'frames');
}

async function measureKernel(): Promise<void> {
  const started = performance.now();
  const kernel = await loadKernelSymbols();
  print('kallsyms/load', performance.now() - started, 'ms');
  const from = performance.now();
  const lookups = 1_000_000;
  for (let i = 0; i < lookups; i++) kernel.resolve(0xffffffff81000000n + BigInt((i * 7919) % 0x800000));
  print('kallsyms/look-up', ((performance.now() - from) * 1e6) / lookups, 'ns');
}

try {
  const cpp = (name: string, compiler: string, ...extra: string[]) =>
    [name, () => cppProgram(folder, name, compiler, extra)] as const;
  const programs = [
    cpp('c++-O3-gcc', 'g++'),
    cpp('c++-O3-clang', 'clang++-19', '-fuse-ld=lld'),
    cpp('c++-O3-flto-gcc', 'g++', '-flto'),
    cpp('c++-O3-flto-clang', 'clang++-19', '-fuse-ld=lld', '-flto=thin'),
    ['libc6-dbg', libcProgram],
    ['rust-debug-2', () => rustProgram(folder)],
  ] as const;
  for (const [name, make] of programs) {
    if (!name.includes(wanted)) continue;
    const program = make();
    if (existsSync(program.peer)) await measure(program);
    else console.error(`skipped: ${program.name} is not installed`);
  }
  const dwz = dwzProgram();
  if (dwz.name.includes(wanted)) {
    if (existsSync(dwz.peer)) await measureDwz(dwz);
    else console.error(`skipped: ${dwz.name} is not installed`);
  }
  if ('go'.includes(wanted)) await measureGo();
  if ('kallsyms'.includes(wanted)) await measureKernel();
  if ('libLLVM'.includes(wanted))
    console.error('skipped: libLLVM: Debian keeps its debug file in an archive of its own, which setup does not use');
  const replay = join(import.meta.dirname, '../../../apps/agent/bench/replay.ts');
  if ('replay'.includes(wanted)) execFileSync(process.execPath, [replay], { stdio: 'inherit' });
} finally {
  if (kept === undefined) rmSync(folder, { recursive: true });
}
