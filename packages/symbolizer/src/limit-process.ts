import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Of a large C++ program's debug information an index has a tenth. */
const OUTPUT_BYTES_MOST = 4 * 2 ** 30;

const prlimit = (limits: readonly string[]) => {
  execFileSync('prlimit', ['--pid', String(process.pid), ...limits], { stdio: ['ignore', 'ignore', 'pipe'] });
};

/**
 * Limits the memory of this process from now on, and how large a file it may write. RLIMIT_DATA counts what is written to
 * and no mapped file; what Node has reserved for itself so far comes on top. Throws when prlimit is missing.
 */
export function limitProcess(bytes: number): void {
  const ownKiB = Number(/^VmData:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
  prlimit([`--data=${ownKiB * 1024 + bytes}`, `--fsize=${OUTPUT_BYTES_MOST}`, '--core=0']);
}

/** The processor's time that this process may still take: then the kernel ends it (SIGXCPU), unless it asks again before. */
export function limitProcessorTime(seconds: number): void {
  const { user, system } = process.cpuUsage();
  prlimit([`--cpu=${Math.ceil((user + system) / 1e6 + seconds)}:`]);
}
