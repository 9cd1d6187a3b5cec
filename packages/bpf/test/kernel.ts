import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Drain, INTERRUPTED_BIT, type Sampler, startSampler } from '../src/index.ts';

/** Why the kernel cannot be sampled here, or ''. In CI it must be possible, so there the tests run and fail. */
const reason = await startSampler({ frequencyHz: 99 }).then(
  (sampler) => sampler.stop().then(() => ''),
  (error: Error) => error.message,
);
export const skip = reason !== '' && process.env.CI !== 'true';
if (skip) console.log(`skipped: ${reason}`);

const INTERRUPTED = 1n << BigInt(INTERRUPTED_BIT);

/** Path of the program that a source of this folder is compiled to. */
export function compile(source: string, flags: readonly string[]): string {
  const program = join(mkdtempSync(join(tmpdir(), 'strata-bpf-')), source.replace(/\.c$/, ''));
  execFileSync('gcc', [...flags, '-o', program, join(import.meta.dirname, source)]);
  return program;
}

/** call-path.c without frame pointers and at fixed addresses, as nm prints them. */
export const compileCallPath = () => compile('call-path.c', ['-O0', '-fomit-frame-pointer', '-no-pie']);

/** Name of the function around each address of a program at fixed addresses; '?' outside of it. */
export function namesIn(program: string, addresses: Iterable<bigint>): string[] {
  const starts = execFileSync('nm', ['-n', '--defined-only', program], { encoding: 'utf8' })
    .split('\n')
    .map((line) => /^([0-9a-f]+) [tT] (\S+)$/.exec(line))
    .filter((row) => row !== null)
    .map(([, start, name]) => ({ start: BigInt(`0x${start}`), name: name! }));
  const last = starts.at(-1)!.start;
  return Array.from(addresses, (address, depth) => {
    // A return address is behind its call, which may be a function's last instruction.
    const at = depth === 0 || address & INTERRUPTED ? BigInt.asUintN(INTERRUPTED_BIT, address) : address - 1n;
    return at > last + 4096n ? '?' : (starts.findLast(({ start }) => start <= at)?.name ?? '?');
  });
}

/** Runs programs while the sampler runs, and ends them. */
export async function during<T>(children: readonly ChildProcess[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
}

/** A shell that starts a short program again and again: many processes, many different stacks. */
export const manyProcesses = () => spawn('sh', ['-c', 'while :; do ls / >/dev/null; done'], { stdio: 'ignore' });

/** Drains every `everyMs` until the condition holds for all drains so far. */
export async function drainUntil(sampler: Sampler, everyMs: number, done: (drains: readonly Drain[]) => boolean) {
  const drains: Drain[] = [];
  for (let turn = 0; turn < 200 && !done(drains); turn++) {
    await sleep(everyMs);
    drains.push(await sampler.drain());
  }
  return drains;
}

/** Σ of one count per drained row. */
export const countedIn = (drains: readonly Drain[]) =>
  drains.reduce((sum, { counts }) => sum + counts.count.reduce((rows, count) => rows + BigInt(count), 0n), 0n);
