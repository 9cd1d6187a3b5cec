import { spawnSync } from 'node:child_process';
import { type DebianKernel, fetchKernel, KernelUnavailable } from './kernel-package.ts';

/** The image to boot, if this machine can; in CI it must, as nobody reads there what was skipped. */
export function imageOf(kernel: DebianKernel): { readonly image?: string } {
  try {
    for (const program of ['qemu-system-x86_64', 'bpftool']) {
      if (spawnSync(program, ['--version']).error) throw new KernelUnavailable(`${program} is not installed.`);
    }
    return { image: fetchKernel(kernel) };
  } catch (error) {
    if (!(error instanceof KernelUnavailable) || process.env.CI) throw error;
    console.warn(`Kernel ${kernel.name} is not tested: ${error.message}`);
    return {};
  }
}
