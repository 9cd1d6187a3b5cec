import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../source-files.ts';

/** What is run on each kernel. */
export interface CheckProgram {
  /** native/crates/sampler/examples/kernel_check. */
  readonly kernelCheck: string;
  readonly knownProgram: string;
  /** The BPF programs as they are built in. */
  readonly object: string;
}

/** Builds it below `folder`, without what only a debugger reads: the machines have little memory. */
export function buildCheckProgram(folder: string): CheckProgram {
  mkdirSync(folder, { recursive: true });
  const messages = execFileSync(
    'cargo',
    [
      'build',
      '--release',
      '-p',
      'strata-sampler',
      '--example',
      'kernel_check',
      '--message-format=json-render-diagnostics',
    ],
    { cwd: join(ROOT, 'native'), encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const built = messages
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { executable?: string; out_dir?: string; package_id?: string });
  const executable = built.find((message) => message.executable?.endsWith('/kernel_check'))?.executable;
  const outFolder = built.find(({ out_dir, package_id }) => out_dir && package_id?.includes('crates/sampler'))?.out_dir;
  if (!executable || !outFolder) throw new Error('cargo names no kernel_check among what it built.');
  const [kernelCheck, knownProgram] = [join(folder, 'kernel_check'), join(folder, 'known-program')];
  execFileSync('objcopy', ['--strip-debug', executable, kernelCheck]);
  const source = join(import.meta.dirname, 'known-program.c');
  execFileSync('gcc', ['-O2', '-fomit-frame-pointer', '-Wall', '-Werror', '-o', knownProgram, source]);
  return { kernelCheck, knownProgram, object: join(outFolder, 'sampler.bpf.o') };
}
