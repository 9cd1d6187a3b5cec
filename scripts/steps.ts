import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';

export interface Step {
  readonly name: string;
  readonly command: readonly string[];
  readonly cwd?: string;
}

/** Runs the steps one after the other, output passed through; all of them, so that one run shows every failure. */
export async function runSteps(steps: readonly Step[]): Promise<{ passed: string[]; failed: string[] }> {
  const outcome = { passed: [] as string[], failed: [] as string[] };
  for (const { name, command, cwd } of steps) {
    console.log(`\n── ${name}: ${command.join(' ')}`);
    const started = performance.now();
    const code = await new Promise<number | null>((resolve) => {
      const child = spawn(command[0]!, command.slice(1), { stdio: 'inherit', ...(cwd ? { cwd } : {}) });
      child.once('error', (error) => {
        console.error(error.message);
        resolve(null);
      });
      child.once('close', resolve);
    });
    console.log(
      `── ${name}: ${code === 0 ? 'passed' : `FAILED (${code})`} in ${((performance.now() - started) / 1000).toFixed(1)} s`,
    );
    outcome[code === 0 ? 'passed' : 'failed'].push(name);
  }
  return outcome;
}
