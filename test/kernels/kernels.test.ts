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
import { reducedTypes } from './kernel-types.ts';
import { KERNELS, WITHOUT_TYPES } from './kernels.ts';
import { expectKnownStacks, PROGRAMS } from './programs.ts';
import { boot } from './virtual-machine.ts';

const folder = mkdtempSync(join(tmpdir(), 'strata-kernels-test-'));
let check: CheckProgram;
beforeAll(() => {
  check = buildCheckProgram(folder);
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** 6.18 of 6.18.15+deb13-cloud-amd64. */
const seriesOf = (kernelRelease: string) => kernelRelease.split('.').slice(0, 2).join('.');

describe.each(KERNELS)('kernel $name', (kernel) => {
  const { image } = imageOf(kernel);
  let findings: Findings;
  beforeAll(async () => {
    if (!image) return;
    const initramfs = buildInitramfs({ '/init': check.kernelCheck, '/known-program': check.knownProgram });
    findings = readFindings(await boot({ kernel: image, initramfs, programArguments: PROGRAMS }));
  }, 150_000);

  test.skipIf(!image)('the verifier accepts the programs, within their budget', () => {
    console.info(findings.kernel, findings.verified);
    const { sample_by_loop, ...others } = findings.refused;
    expect(others).toEqual({});
    if (kernel.hasLoop) expect(sample_by_loop).toBeUndefined();
    const name = kernel.name === 'newest' ? seriesOf(findings.kernel) : kernel.name;
    expect(overBudget(name, findings.verified)).toEqual([]);
  });

  test.skipIf(!image).each(['as-the-kernel-can', 'by-tail-calls'])('%s: every stack is the one it was', (walking) => {
    expectKnownStacks(findings.walkings[walking]!, check.knownProgram);
  });
});

describe('a kernel that does not describe its types', () => {
  const { image } = imageOf(WITHOUT_TYPES);
  const run = async (types: Readonly<Record<string, Uint8Array>>) => {
    const files = { '/init': check.kernelCheck, '/known-program': check.knownProgram, ...types };
    const environment = { STRATA_BTF_FOLDER: '/types' };
    const programArguments = ['--hide-btf', ...PROGRAMS];
    return readFindings(
      await boot({ kernel: image!, initramfs: buildInitramfs(files), environment, programArguments }),
    );
  };
  let asItIs: Findings;
  beforeAll(async () => {
    if (image) asItIs = await run({});
  }, 150_000);

  test.skipIf(!image)('says which file is missing, where it belongs and how to get it', () => {
    const sentence = new RegExp(
      `^NO_BTF: Kernel ${WITHOUT_TYPES.release.source.slice(1, -1)} .* /types or /usr/lib/strata/btf has no .*\\.btf: .*\\.$`,
    );
    for (const { error } of Object.values(asItIs.walkings)) expect(error).toMatch(sentence);
  });

  test.skipIf(!image)('is sampled by a file of its release', { timeout: 150_000 }, async () => {
    const file = `/types/${asItIs.kernel}.btf`;
    const { walkings } = await run({ [file]: reducedTypes(image!, check.object, folder) });
    for (const walking of Object.values(walkings)) expectKnownStacks(walking, check.knownProgram);
  });
});

test.skipIf(process.getuid!() !== 0)('the verifier of this machine accepts the programs within their budget', () => {
  const findings = readFindings(execFileSync(check.kernelCheck, ['--only-verify'], { encoding: 'utf8' }));
  console.info(findings.kernel, findings.verified);
  expect(findings.refused).toEqual({});
  expect(overBudget(seriesOf(release()), findings.verified)).toEqual([]);
});
