import { expect } from 'vitest';
import type { Walking } from './findings.ts';
import { type CountedStack, stacksOf } from './known-stacks.ts';

/** What most samples of each program show; 512 frames are walked. */
const USUAL = {
  '/known-program,200': ['COMPLETE', 'busy_leaf recurse×201 main libc.so.6×2 _start'],
  '/known-program,600': ['TRUNCATED', 'busy_leaf recurse×511'],
  '/known-program,20,kernel': ['COMPLETE', 'libc.so.6 kernel_leaf recurse×21 main libc.so.6×2 _start'],
} as const;
/** What the others may show: a moment between two runs of the leaf, or within the PLT. */
const POSSIBLE = {
  COMPLETE: /^(((libc\.so\.6|known-program) )?kernel_leaf |busy_leaf )?(recurse(×\d+)? )?main libc\.so\.6×2 _start$/,
  TRUNCATED: /^(busy_leaf recurse×511|recurse×512)$/,
};
/** Of 300 for all three. */
const SAMPLES_LEAST = 50;

export const PROGRAMS = Object.keys(USUAL);

/** Fails unless every sample of every program shows a stack that it can have, and most of them the usual one. */
export function expectKnownStacks(walking: Walking, knownProgram: string): void {
  expect(walking.error).toBeUndefined();
  expect(walking.tableFailures).toEqual({});
  for (const [command, [outcome, frames]] of Object.entries(USUAL)) {
    const { pid } = walking.programs.find((program) => program.command === command)!;
    const stacks = stacksOf(walking, pid, knownProgram);
    const isPossible = (stack: CountedStack) =>
      (stack.outcome === 'COMPLETE' || stack.outcome === outcome) && POSSIBLE[stack.outcome].test(stack.frames);
    expect(
      stacks.filter((stack) => !isPossible(stack)),
      command,
    ).toEqual([]);

    const usual = stacks.filter((stack) => stack.outcome === outcome && stack.frames === frames);
    const samples = sum(stacks);
    expect(samples, command).toBeGreaterThanOrEqual(SAMPLES_LEAST);
    expect(sum(usual) / samples, `${command}: ${JSON.stringify(stacks)}`).toBeGreaterThan(0.9);
    // Its leaf is a system call: the user's registers come from the top of the kernel's stack.
    if (command.endsWith('kernel')) expect(usual[0]!.inKernel).toBe(true);
  }
}

const sum = (stacks: readonly CountedStack[]) => stacks.reduce((total, { samples }) => total + samples, 0);
