import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import type { AddressSpaces } from './address-spaces.ts';
import { placeIn } from './address-spaces.ts';
import type { ElfFiles } from './elf-file.ts';
import type { FramePlace } from './judge.ts';
import type { SymbolNames } from './symbol-names.ts';
import { percent } from './tally.ts';
import { isEntryCode, isEntryName } from './thread-entry.ts';

const SCRIPT_MS_MOST = 120_000;
const USER_SPACE_END = 2 ** 47;

/** Another perf than that on PATH. */
const PERF = process.env.PERF ?? 'perf';

/** What `perf record --call-graph dwarf` makes of the same processes. */
export interface PeerVerdict {
  readonly samples: number;
  /** Of samples with a user stack: those that end at a thread's entry, in percent. */
  readonly complete: number | null;
  readonly bytesPerSample: number;
  /** Seconds of CPU of recording and of unwinding afterwards. */
  readonly recordCpuSeconds: number;
  readonly scriptCpuSeconds: number;
}

interface Inputs {
  readonly pids: readonly number[];
  readonly seconds: number;
  readonly folder: string;
  readonly spaces: AddressSpaces;
  readonly files: ElfFiles;
  readonly names: SymbolNames;
}

/** Throws with perf's own words when it cannot. */
export async function measurePeer(inputs: Inputs): Promise<PeerVerdict> {
  const data = `${inputs.folder}/perf.data`;
  // Mappings with build IDs: while another program asks for them, as our sampler does, the kernel marks every program's as such.
  const record = ['record', '-B', '-N', '--buildid-mmap', '-e', 'cpu-clock', '-F', '99', '--call-graph', 'dwarf'];
  const recorded = await timed([
    ...record,
    ...['-o', data, '-p', inputs.pids.join(',')],
    ...['--', 'sleep', String(inputs.seconds)],
  ]);
  if (!existsSync(data)) throw new Error(recorded.errors);
  const script = ['script', '--no-inline', '-F', 'pid,ip,dso', '-i', data];
  const scripted = await timed(script);
  const ends = outermostFrames(scripted.output);
  if (ends.length === 0) throw new Error(scripted.errors || 'perf took no sample');
  const isEntry = await Promise.all(ends.map((end) => isThreadEntry(end, inputs)));
  return {
    samples: ends.length,
    complete: percent(isEntry.filter(Boolean).length, ends.length),
    bytesPerSample: Math.round(statSync(data).size / ends.length),
    recordCpuSeconds: recorded.cpuSeconds,
    scriptCpuSeconds: scripted.cpuSeconds,
  };
}

interface Timed {
  readonly output: string;
  readonly errors: string;
  readonly cpuSeconds: number;
}

/** A shell's `time` tells the CPU of a child, which Node does not. */
async function timed(args: readonly string[]): Promise<Timed> {
  const child = spawn('bash', ['-c', 'TIMEFORMAT="cpu %U %S"; time "$@"', 'bash', PERF, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let [output, errors] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const limit = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), SCRIPT_MS_MOST);
  await once(child, 'close');
  clearTimeout(limit);
  const [, user, system] = /^cpu ([\d.]+) ([\d.]+)$/m.exec(errors) ?? [];
  return {
    output,
    errors: errors.replace(/^(cpu .*|\[ perf record: .*)$/gm, '').trim(),
    cpuSeconds: Number(user) + Number(system),
  };
}

interface OutermostFrame {
  readonly pid: number;
  /** perf prints return addresses less one. */
  readonly address: number;
  readonly file: string;
  readonly isReturnAddress: boolean;
}

/** The last user frame of every sample that has one. */
function outermostFrames(output: string): readonly OutermostFrame[] {
  return output.split('\n\n').flatMap((sample) => {
    const pid = Number(/^\s*(\d+)/.exec(sample)?.[1]);
    const frames = [...sample.matchAll(/^\s+([0-9a-f]+) \((.*)\)$/gm)]
      .map(([, address, file]) => ({ address: Number.parseInt(address!, 16), file: file! }))
      .filter(({ address }) => address < USER_SPACE_END);
    const last = frames.at(-1);
    return last ? [{ pid, ...last, isReturnAddress: frames.length > 1 }] : [];
  });
}

async function isThreadEntry(end: OutermostFrame, { spaces, files, names }: Inputs): Promise<boolean> {
  const mapping = spaces.find(end.pid, end.address);
  // Some versions of perf print the offset in the file, some the address in the process.
  const place = mapping ? placeIn(mapping, end.address) : { file: end.file, offset: end.address };
  const elf = files.get(place.file);
  if (!elf) return false;
  const { isReturnAddress } = end;
  if (isEntryCode(elf, isReturnAddress ? place.offset + 1 : place.offset, isReturnAddress)) return true;
  const frame: FramePlace = { ...place, lookup: elf.addressOf(place.offset), isReturnAddress };
  return isEntryName(await names.nameOf(frame));
}

/** '' when perf can be run. */
export function whyNoPeer(): string {
  try {
    execFileSync(PERF, ['--version'], { stdio: 'ignore' });
    return '';
  } catch {
    return `${PERF} cannot be run: apt-get install linux-perf`;
  }
}
