// The stacks of one process by the names of their functions.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Drain, INTERRUPTED_BIT, type Outcome, type SampledStack, type Sampler } from '../src/index.ts';

const INTERRUPTED = 1n << BigInt(INTERRUPTED_BIT);
const TURNS_MOST = 60;
const TURN_MS = 150;

/** Names of functions by an address as the file's symbols have it. */
function symbolsOf(file: string): (address: bigint) => string {
  const rows = execFileSync('nm', ['-n', '--defined-only', file], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const starts = [...rows.matchAll(/^([0-9a-f]+) [tT] (\S+)$/gm)].map(([, start, name]) => ({
    start: BigInt(`0x${start}`),
    name: name!,
  }));
  return (address) => starts.findLast(({ start }) => start <= address)?.name ?? '?';
}

interface Mapping {
  readonly start: bigint;
  readonly end: bigint;
  readonly offset: bigint;
  readonly file: string;
}

export function codeOf(pid: number): readonly Mapping[] {
  const line = /^([0-9a-f]+)-([0-9a-f]+) ..x. ([0-9a-f]+) \S+ \d+ *(.*)$/gm;
  return Array.from(readFileSync(`/proc/${pid}/maps`, 'utf8').matchAll(line), ([, start, end, offset, file]) => ({
    start: BigInt(`0x${start}`),
    end: BigInt(`0x${end}`),
    offset: BigInt(`0x${offset}`),
    file: file!,
  }));
}

export interface NamedStack {
  readonly thread: string;
  readonly outcome: Outcome;
  /** Functions of files that have symbols, leaf first; `[vdso]` and `[memory]` stand for what is there. */
  readonly path: string;
}

/** Stacks are sent once, whoever drains. */
const stacksOfSampler = new WeakMap<Sampler, Map<bigint, SampledStack>>();

/** What is seen of one process. `symbols` names the file to look in for what a mapping shows; by default that file itself. */
export class ProcessStacks {
  readonly #sampler: Sampler;
  readonly #pid: number;
  readonly #symbols: (file: string) => string;
  readonly #files = new Map<string, (address: bigint) => string>();
  readonly #stacks: Map<bigint, SampledStack>;
  /** So far. */
  readonly drains: Drain[] = [];

  constructor(sampler: Sampler, pid: number, symbols: (file: string) => string = (file) => file) {
    this.#sampler = sampler;
    this.#pid = pid;
    this.#symbols = symbols;
    this.#stacks = stacksOfSampler.get(sampler) ?? new Map();
    stacksOfSampler.set(sampler, this.#stacks);
  }

  /** Stacks since the last call, each as often as it was sampled. */
  async next(): Promise<readonly NamedStack[]> {
    const drain = await this.#sampler.drain();
    this.drains.push(drain);
    for (const stack of drain.stacks) this.#stacks.set(stack.id, { ...stack, addresses: stack.addresses.slice() });
    const rows = [...drain.counts.pid.keys()].filter((row) => drain.counts.pid[row] === this.#pid);
    const code = rows.length === 0 ? [] : codeOf(this.#pid);
    return rows.flatMap((row) => {
      const stack = this.#stacks.get(drain.counts.userStack[row]!);
      return stack
        ? Array<NamedStack>(drain.counts.count[row]!).fill(this.#name(stack, drain.counts.threadName[row]!, code))
        : [];
    });
  }

  /**
   * Samples until the process burned on this path often enough, and returns all stacks that burned since then: of those that are
   * whole none may have another path. Throws with what was seen.
   */
  async burning(path: string, enough = 5): Promise<readonly NamedStack[]> {
    const seen: NamedStack[] = [];
    const hasIt = () => seen.filter((one) => one.outcome === 'COMPLETE' && one.path === path).length >= enough;
    for (let turn = 0; turn < TURNS_MOST && !hasIt(); turn++) {
      await sleep(TURN_MS);
      seen.push(...(await this.next()).filter((one) => one.path.startsWith(path.split(' ')[0]!)));
    }
    const wrong = seen.filter((one) => one.outcome === 'COMPLETE' && one.path !== path);
    if (hasIt() && wrong.length === 0) return seen;
    const kinds = Map.groupBy(seen, ({ outcome, path: other }) => `${outcome} ${other}`);
    throw new Error(
      `Expected «${path}», got:\n${[...kinds].map(([kind, all]) => `  ${all.length} × ${kind}`).join('\n')}`,
    );
  }

  #name({ outcome, addresses }: SampledStack, thread: string, code: readonly Mapping[]): NamedStack {
    const names = Array.from(addresses, (address, depth) => {
      const isReturn = depth > 0 && (address & INTERRUPTED) === 0n;
      const at = (address & ~INTERRUPTED) - (isReturn ? 1n : 0n);
      const mapping = code.find(({ start, end }) => at >= start && at < end);
      if (!mapping) return '?';
      if (!mapping.file.startsWith('/')) return mapping.file || '[memory]';
      return this.#nameIn(mapping.file, at - mapping.start + mapping.offset);
    });
    return { thread, outcome, path: names.filter((name) => name !== '?').join(' ') };
  }

  /** The files of these tests have their code where their addresses say: at offset + the address of the first byte. */
  #nameIn(file: string, offset: bigint): string {
    if (/\/(libc|ld-linux-x86-64)\.so/.test(file)) return '?';
    const shown = this.#symbols(file);
    const known = this.#files.get(shown) ?? symbolsOf(shown);
    this.#files.set(shown, known);
    return known(offset);
  }
}
