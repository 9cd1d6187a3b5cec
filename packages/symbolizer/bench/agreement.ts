import { execFileSync } from 'node:child_process';
import { basename } from 'node:path';
import type { LookupAddress } from '@strata/profile';
import type { OpenIndex, SourceFrame } from '@strata/symbolizer';
import type { Program } from './programs.ts';

/** As a symbol table lists them: start, size, and all names that start there. */
interface Listed {
  readonly starts: number[];
  readonly sizes: number[];
  readonly names: ReadonlyMap<number, ReadonlySet<string>>;
}

const output = (command: string, args: readonly string[], input?: string) =>
  execFileSync(command, args, { encoding: 'utf8', maxBuffer: 2 ** 31 - 1, ...(input === undefined ? {} : { input }) });
const withoutVersion = (name: string) => name.split('@')[0]!;

export function functionsOf(file: string): Listed {
  const names = new Map<number, Set<string>>();
  const sizes = new Map<number, number>();
  for (const line of output('nm', ['--defined-only', '-f', 'sysv', file]).split('\n')) {
    const [name, address, , type, size] = line.split('|').map((cell) => cell.trim());
    if (type !== 'FUNC' && type !== 'IFUNC') continue;
    const start = Number.parseInt(address!, 16);
    names.set(start, (names.get(start) ?? new Set()).add(withoutVersion(name!)));
    sizes.set(start, Math.max(sizes.get(start) ?? 0, Number.parseInt(size!, 16) || 0));
  }
  const starts = [...sizes.keys()].filter((start) => sizes.get(start)! > 0).sort((a, b) => a - b);
  return { starts, sizes: starts.map((start) => sizes.get(start)!), names };
}

/** `count` addresses, every byte of code equally likely; the same each time. */
export function addressesIn({ starts, sizes }: Listed, count: number): LookupAddress[] {
  const ends: number[] = [];
  let total = 0;
  for (const size of sizes) {
    total += size;
    ends.push(total);
  }
  let state = 1n;
  return Array.from({ length: count }, () => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    const place = Number((state >> 11n) % BigInt(total));
    let row = 0;
    for (let step = 1 << 25; step > 0; step >>= 1)
      if (row + step <= ends.length && ends[row + step - 1]! <= place) row += step;
    return (starts[row]! + place - (ends[row]! - sizes[row]!)) as LookupAddress;
  });
}

interface LlvmFrame {
  readonly FunctionName: string;
  readonly FileName: string;
  readonly Line: number;
}

/** What llvm-symbolizer 19 says, per address. */
export function askLlvm(file: string, addresses: readonly number[]): SourceFrame[][] {
  const options = ['--no-demangle', '--functions=linkage', '--output-style=JSON', `--obj=${file}`];
  const input = `${addresses.map((address) => `0x${address.toString(16)}`).join('\n')}\n`;
  const lines = output('llvm-symbolizer-19', options, input).trimEnd().split('\n');
  return lines.map((line) =>
    (JSON.parse(line).Symbol as LlvmFrame[]).map((frame) => ({
      function: frame.FunctionName,
      file: frame.FileName,
      line: frame.Line,
    })),
  );
}

/** What elfutils says, per address: `0x…`, then a line with the function and one with the place for each frame. */
function askElfutils(file: string, addresses: readonly number[]): SourceFrame[][] {
  const input = `${addresses.map((address) => `0x${address.toString(16)}`).join('\n')}\n`;
  const lines = output('eu-addr2line', ['-a', '-f', '-i', '-e', file], input).trimEnd().split('\n');
  const answers: SourceFrame[][] = [];
  for (let at = 0; at < lines.length; at++) {
    if (lines[at]!.startsWith('0x')) answers.push([]);
    else {
      const [, path, line] = /^(.*?):(\d+)(?::\d+)?(?: .*)?$/.exec(lines[++at]!) ?? [];
      answers.at(-1)!.push({ function: lines[at - 1]!, file: path ?? '', line: Number(line) });
    }
  }
  return answers;
}

/** What the compiler appends to the name of a function that it splits or copies. */
const withoutPart = (name: string) => name.replace(/\.(lto_priv|part|constprop|isra|cold)\b.*$/, '');

/**
 * Shares of the addresses of a dwz file, and how many of our frames have no name. elfutils loses inlined calls where code was
 * optimized at link time: it then says the outermost function and the innermost line, and those are compared. llvm-symbolizer
 * loses names in dwz files, but not the chains: those are compared by their files and lines.
 */
export async function dwzAgreement(index: OpenIndex, { peer }: Program, count: number) {
  const addresses = addressesIn(functionsOf(peer), count);
  const ours = await index.resolve(addresses, true);
  const text = (frames: readonly SourceFrame[]) =>
    frames.map((frame) => `${withoutPart(frame.function)} ${basename(frame.file)}:${frame.line}`).join(' < ');
  const lines = (frames: readonly SourceFrame[]) =>
    frames.map((frame) => `${basename(frame.file)}:${frame.line}`).join(' < ');
  const ends = (frames: readonly SourceFrame[]) =>
    frames.length > 1 ? [{ ...frames[0]!, function: frames.at(-1)!.function }] : frames;
  const share = (theirs: readonly SourceFrame[][], isEqual: (ours: SourceFrame[], theirs: SourceFrame[]) => boolean) =>
    theirs.filter((frames, row) => isEqual([...ours[row]!], frames)).length / count;
  const elfutils = askElfutils(peer, addresses);
  const withChains = elfutils.filter((frames) => frames.length > 1).length;
  return {
    elfutils: share(elfutils, (mine, other) => text(other.length > 1 ? mine : ends(mine)) === text(other)),
    /** Of the addresses at which it has inlined calls; null when there is none. */
    elfutilsChains:
      withChains === 0
        ? null
        : (share(elfutils, (mine, other) => other.length > 1 && text(mine) === text(other)) * count) / withChains,
    llvm: share(askLlvm(peer, addresses), (mine, other) => lines(mine) === lines(other)),
    nameless: ours.flat().filter((frame) => frame.function === '').length,
  };
}

/**
 * The share of addresses at which whole chains of (function, file's base name, line) are equal. The outermost function may have
 * several names in the symbol table, as constructors do: any of one address is that function.
 */
export async function agreement(index: OpenIndex, { peer }: Program, count: number): Promise<number> {
  const listed = functionsOf(peer);
  const addresses = addressesIn(listed, count);
  const theirs = askLlvm(peer, addresses);
  const ours = await index.resolve(addresses, true);
  const all = [...listed.names.keys()].sort((a, b) => a - b);
  const startBefore = (address: number) => all.findLast((start) => start <= address);
  // Where no line is known llvm-symbolizer says the symbol table's file, which is an object's and no source.
  const fileOf = (frame: SourceFrame) => (frame.line === 0 ? '' : basename(frame.file));
  const text = (frame: SourceFrame) => `${withoutVersion(frame.function)} ${fileOf(frame)}:${frame.line}`;
  let equal = 0;
  for (const [row, address] of addresses.entries()) {
    const [mine, other] = [ours[row]!, theirs[row]!];
    if (mine.length !== other.length) continue;
    const last = mine.length - 1;
    if (!mine.slice(0, last).every((frame, i) => text(frame) === text(other[i]!))) continue;
    const [outer, otherOuter] = [mine[last]!, other[last]!];
    if (text(outer) === text(otherOuter)) equal++;
    else if (text({ ...outer, function: '' }) === text({ ...otherOuter, function: '' })) {
      const aliases = listed.names.get(startBefore(address)!);
      if (aliases?.has(withoutVersion(outer.function)) && aliases.has(withoutVersion(otherOuter.function))) equal++;
    }
  }
  return equal / addresses.length;
}
