import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { imageOf } from './availability.ts';
import { buildCheckProgram, type CheckProgram } from './check-program.ts';
import { type Findings, readFindings } from './findings.ts';
import { buildInitramfs } from './initramfs.ts';
import { overBudget } from './instruction-budget.ts';
import { KERNELS } from './kernels.ts';
import { type CountedStack, stacksOf } from './known-stacks.ts';
import { boot } from './virtual-machine.ts';

/** What most samples of each program show; a frame is one of 512 that are walked. */
const PROGRAMS = {
  '/known-program,200': ['COMPLETE', 'busy_leaf recurse×201 main libc.so.6×2 _start'],
  '/known-program,600': ['TRUNCATED', 'busy_leaf recurse×511'],
  '/known-program,20,kernel': ['COMPLETE', 'libc.so.6 kernel_leaf recurse×21 main libc.so.6×2 _start'],
} as const;
/** What the others may show: a moment between two runs of the leaf, or within the PLT. */
const POSSIBLE = {
  COMPLETE: /^(((libc\.so\.6|known-program) )?kernel_leaf |busy_leaf )?(recurse(×\d+)? )?main libc\.so\.6×2 _start$/,
  TRUNCATED: /^(busy_leaf recurse×511|recurse×512)$/,
};
const WALKINGS = ['as-the-kernel-can', 'by-tail-calls'];
/** Of some 200 at 99 Hz: three programs share two processors for three seconds, on a machine that may be busy. */
const SAMPLES_LEAST = 40;

const folder = mkdtempSync(join(tmpdir(), 'strata-kernels-test-'));
let check: CheckProgram;
beforeAll(() => {
  check = buildCheckProgram(folder);
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** 6.18 of 6.18.15+deb13-cloud-amd64. */
const seriesOf = (kernelRelease: string) => kernelRelease.split('.').slice(0, 2).join('.');

describe.each(KERNELS)('kernel $name', (kernel) => {
  const found = imageOf(kernel);
  const image = 'image' in found ? found.image : undefined;
  let findings: Findings;
  beforeAll(async () => {
    if (!image) return;
    const initramfs = buildInitramfs({ '/init': check.kernelCheck, '/known-program': check.knownProgram });
    findings = readFindings(await boot({ kernel: image, initramfs, programArguments: Object.keys(PROGRAMS) }));
  }, 150_000);

  test.skipIf(!image)('the verifier accepts the programs, within their budget', () => {
    console.info(findings.kernel, findings.verified);
    const { sample_by_loop, ...others } = findings.refused;
    expect(others).toEqual({});
    if (kernel.hasLoop) expect(sample_by_loop).toBeUndefined();
    const name = kernel.name === 'newest' ? seriesOf(findings.kernel) : kernel.name;
    expect(overBudget(name, findings.verified)).toEqual([]);
  });

  test.skipIf(!image).each(WALKINGS)('%s: every stack is the one that was there', (name) => {
    const walking = findings.walkings[name]!;
    expect(walking.error).toBeUndefined();
    expect(walking.tableFailures).toEqual({});
    for (const [command, [outcome, frames]] of Object.entries(PROGRAMS)) {
      const { pid } = walking.programs.find((program) => program.command === command)!;
      const stacks = stacksOf(walking, pid, check.knownProgram);
      const isPossible = (stack: CountedStack) =>
        (stack.outcome === 'COMPLETE' || stack.outcome === outcome) && POSSIBLE[stack.outcome].test(stack.frames);
      const impossible = stacks.filter((stack) => !isPossible(stack));
      expect(impossible, command).toEqual([]);
      const all = stacks.reduce((sum, { samples }) => sum + samples, 0);
      const usual = stacks.filter((stack) => stack.outcome === outcome && stack.frames === frames);
      const usualSamples = usual.reduce((sum, { samples }) => sum + samples, 0);
      expect(all, command).toBeGreaterThanOrEqual(SAMPLES_LEAST);
      expect(usualSamples / all, `${command}: ${JSON.stringify(stacks)}`).toBeGreaterThan(0.9);
      if (command.endsWith('kernel')) expect(usual[0]!.inKernel).toBe(true);
    }
  });
});

test.skipIf(process.getuid!() !== 0)('the verifier of this machine accepts the programs within their budget', () => {
  const findings = readFindings(execFileSync(check.kernelCheck, ['--only-verify'], { encoding: 'utf8' }));
  console.info(findings.kernel, findings.verified);
  expect(overBudget(seriesOf(release()), findings.verified)).toEqual([]);
});
