import { execFileSync } from 'node:child_process';
import { basename } from 'node:path';
import { INTERRUPTED_BIT, type ProcessEvent, type SampledStack } from '../../packages/bpf/src/index.ts';
import type { Walking } from './findings.ts';

type Mapping = Extract<ProcessEvent, { kind: 'mmap' }>;

/** One stack of a process: its frames, leaf first, as `busy_leaf recurse×3 main libc.so.6×2 _start`. */
export interface CountedStack {
  readonly frames: string;
  readonly outcome: SampledStack['outcome'];
  readonly inKernel: boolean;
  readonly samples: number;
}

/** The process's stacks in the time that counts, most samples first. Frames outside `program` are named by their file. */
export function stacksOf(walking: Walking, pid: number, program: string): readonly CountedStack[] {
  const drains = [...walking.before, ...walking.measured];
  const stacks = new Map(drains.flatMap((drain) => drain.stacks.map((stack) => [`${stack.space} ${stack.id}`, stack])));
  const mappings = drains
    .flatMap(({ events }) => events)
    .filter((event): event is Mapping => event.kind === 'mmap' && event.pid === pid);
  const nameOf = namer(mappings, program);
  const sums = new Map<string, CountedStack>();
  for (const { counts } of walking.measured) {
    counts.count.forEach((samples, row) => {
      if (counts.pid[row] !== pid) return;
      const stack = stacks.get(`user ${counts.userStack[row]}`);
      const frames = stack ? folded([...stack.addresses].map((address, depth) => nameOf(address, depth === 0))) : '';
      const inKernel = counts.kernelStack[row] !== 0n;
      const counted = { frames, outcome: stack?.outcome ?? 'EXITING', inKernel, samples };
      const key = JSON.stringify([counted.frames, counted.outcome, inKernel]);
      sums.set(key, { ...counted, samples: samples + (sums.get(key)?.samples ?? 0) });
    });
  }
  return [...sums.values()].sort((a, b) => b.samples - a.samples);
}

/** Frames that repeat are said once, with how often. */
function folded(names: readonly string[]): string {
  const runs: [name: string, times: number][] = [];
  for (const name of names) {
    const last = runs.at(-1);
    if (last?.[0] === name) last[1]++;
    else runs.push([name, 1]);
  }
  return runs.map(([name, times]) => (times > 1 ? `${name}×${times}` : name)).join(' ');
}

function namer(mappings: readonly Mapping[], program: string): (address: bigint, isLeaf: boolean) => string {
  const functions = functionsOf(program);
  return (address, isLeaf) => {
    // A return address belongs to the call before it.
    const isInterrupted = isLeaf || address >> BigInt(INTERRUPTED_BIT) === 1n;
    const at = BigInt.asUintN(INTERRUPTED_BIT, address) - (isInterrupted ? 0n : 1n);
    const mapping = mappings.findLast(({ start, end }) => start <= at && at < end);
    if (!mapping) return '?';
    if (basename(mapping.file) !== basename(program)) return basename(mapping.file);
    const offset = at - mapping.start + mapping.fileOffset;
    return functions.find(({ start, end }) => start <= offset && offset < end)?.name ?? basename(program);
  };
}

/** By offset in the file: so small a program has its addresses equal to them. */
function functionsOf(program: string): { name: string; start: bigint; end: bigint }[] {
  return execFileSync('nm', ['--print-size', '--defined-only', program], { encoding: 'utf8' })
    .split('\n')
    .map((line) => /^([0-9a-f]+) ([0-9a-f]+) [tT] (\S+)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, start, size, name]) => ({
      name: name!,
      start: BigInt(`0x${start}`),
      end: BigInt(`0x${start}`) + BigInt(`0x${size}`),
    }));
}
