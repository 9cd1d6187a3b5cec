import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const QEMU = 'qemu-system-x86_64';
const SECONDS_MOST = 120;
/** What a kernel prints that found itself at fault, such as a lock that was taken where none may be. */
const COMPLAINTS = /\b(BUG|WARNING|Oops): /;

export interface Machine {
  /** A vmlinuz. */
  readonly kernel: string;
  readonly initramfs: Uint8Array;
  /** Settings in the environment of the first process, and its arguments. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly programArguments: readonly string[];
}

/**
 * Boots the kernel on an emulated processor, so that it runs wherever QEMU does, and returns what the first process wrote to
 * the second serial port until it ended. Throws with lines of the console when the kernel complains there, or when the
 * machine does not end by itself.
 */
export async function boot(machine: Machine): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'strata-machine-'));
  const [initramfs, console, findings] = ['initramfs', 'console', 'findings'].map((name) => join(folder, name));
  try {
    writeFileSync(initramfs!, machine.initramfs);
    // panic=-1 restarts at once, which -no-reboot makes an end. On a busy machine an emulated timer may fail its check.
    const kernelOptions = ['console=ttyS0', 'panic=-1', 'no_timer_check'];
    const settings = Object.entries(machine.environment ?? {}).map(([name, value]) => `${name}=${value}`);
    const commandLine = [...kernelOptions, ...settings, '--', ...machine.programArguments].join(' ');
    const code = await run([
      ...['-accel', 'tcg,thread=multi', '-cpu', 'max', '-smp', '2', '-m', '1024'],
      ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
      ...['-kernel', machine.kernel, '-initrd', initramfs!, '-append', commandLine],
      ...['-serial', `file:${console}`, '-serial', `file:${findings}`],
    ]);
    const text = readFileSync(findings!, 'utf8');
    const said = readFileSync(console!, 'utf8').split('\n');
    const complaint = said.findIndex((line) => COMPLAINTS.test(line));
    if (code === 0 && text.endsWith('end\n') && complaint < 0) return text;
    const reason = code === null ? `ran longer than ${SECONDS_MOST} s` : `ended with code ${code}`;
    const shown = (complaint < 0 ? said.slice(-30) : said.slice(complaint, complaint + 30)).join('\n');
    throw new Error(`The machine of ${machine.kernel} ${reason}.\n${text.slice(-2000)}\nIts console:\n${shown}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Exit code, or null when time was up. */
async function run(options: readonly string[]): Promise<number | null> {
  const qemu = spawn(QEMU, options, { stdio: ['ignore', 'ignore', 'inherit'] });
  const tooLong = setTimeout(() => qemu.kill('SIGKILL'), SECONDS_MOST * 1000);
  try {
    return await new Promise((resolve, reject) => qemu.once('error', reject).once('close', resolve));
  } finally {
    clearTimeout(tooLong);
  }
}
