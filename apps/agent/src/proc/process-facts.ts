import { readProcLink, readProcText } from './proc-files.ts';

/** What /proc says about one process at one moment. */
export interface ProcessFacts {
  readonly pid: number;
  readonly parentPid: number;
  /** Clock ticks between boot and the start of the process: with the pid it names a process for good. */
  readonly startTicks: number;
  readonly isKernelThread: boolean;
  /** Name of the main thread, at most 15 bytes. */
  readonly command: string;
  readonly arguments: readonly string[];
  readonly environment: ReadonlyMap<string, string>;
  /** Contents of /proc/PID/cgroup. */
  readonly cgroup: string;
  /** Target of /proc/PID/exe without ` (deleted)`; `''` when it has none or it is hidden. */
  readonly executable: string;
  readonly workingFolder: string;
}

const SMALL_BYTES = 4 << 10;
const CGROUP_BYTES = 16 << 10;
/** The kernel allows megabytes of each; the names we look for stand in what a person would write. */
const ARGUMENT_BYTES = 32 << 10;
const ENVIRONMENT_BYTES = 128 << 10;
/** include/linux/sched.h, PF_KTHREAD. */
const KERNEL_THREAD_FLAG = 0x0020_0000;

/** Variables that can name a process; everything else, secrets above all, is forgotten at once. */
const NAMING_VARIABLES = new Set([
  'OTEL_SERVICE_NAME',
  'OTEL_RESOURCE_ATTRIBUTES',
  'HOSTNAME',
  'POD_NAME',
  'POD_NAMESPACE',
  'CONTAINER_NAME',
  'KUBERNETES_SERVICE_HOST',
]);

/** `pid (command) state ppid …`: the command may hold spaces and brackets, so it ends at the last bracket. */
export function parseStat(
  text: string,
): Pick<ProcessFacts, 'command' | 'parentPid' | 'startTicks' | 'isKernelThread'> | null {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open === -1 || close < open) return null;
  // proc_pid_stat(5): what follows starts at field 3, the state.
  const fields = text.slice(close + 2).split(' ');
  return {
    command: text.slice(open + 1, close),
    parentPid: Number(fields[1]),
    isKernelThread: (Number(fields[6]) & KERNEL_THREAD_FLAG) !== 0,
    startTicks: Number(fields[19]),
  };
}

export function parseEnvironment(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const entry of text.split('\0')) {
    const equals = entry.indexOf('=');
    const name = entry.slice(0, equals);
    if (equals > 0 && NAMING_VARIABLES.has(name) && !found.has(name)) found.set(name, entry.slice(equals + 1));
  }
  return found;
}

/** Programs that write a title over their arguments leave NULs behind it. */
export function parseArguments(text: string): readonly string[] {
  const trimmed = text.replace(/\0+$/, '');
  return trimmed === '' ? [] : trimmed.split('\0');
}

/** Start of a process in clock ticks since boot, or null when it is gone: the cheapest question to /proc. */
export function readStartTicks(pid: number, procRoot = '/proc'): number | null {
  const stat = readProcText(`${procRoot}/${pid}/stat`, SMALL_BYTES);
  return stat === null ? null : (parseStat(stat)?.startTicks ?? null);
}

/** Everything that names a process, or null when it is gone. */
export function readProcessFacts(pid: number, procRoot = '/proc'): ProcessFacts | null {
  const folder = `${procRoot}/${pid}`;
  const stat = readProcText(`${folder}/stat`, SMALL_BYTES);
  const parsed = stat === null ? null : parseStat(stat);
  if (parsed === null) return null;
  const kernel = parsed.isKernelThread;
  const text = (name: string, mostBytes: number) => readProcText(`${folder}/${name}`, mostBytes) ?? '';
  return {
    pid,
    ...parsed,
    arguments: kernel ? [] : parseArguments(text('cmdline', ARGUMENT_BYTES)),
    environment: kernel ? new Map() : parseEnvironment(text('environ', ENVIRONMENT_BYTES)),
    cgroup: kernel ? '' : text('cgroup', CGROUP_BYTES),
    executable: kernel ? '' : readProcLink(`${folder}/exe`).replace(/ \(deleted\)$/, ''),
    workingFolder: kernel ? '' : readProcLink(`${folder}/cwd`),
  };
}

/** The process's number in its own pid namespace, the last of `NSpid`; the number itself when /proc does not say. */
export function readNamespacePid(pid: number, procRoot = '/proc'): number {
  const status = readProcText(`${procRoot}/${pid}/status`, SMALL_BYTES) ?? '';
  const numbers = /^NSpid:\s+(.*)$/m.exec(status)?.[1]?.trim().split(/\s+/);
  return Number(numbers?.at(-1) ?? pid);
}
