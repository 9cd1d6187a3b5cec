// How often the walk finds the callers that gdb finds.
import { spawnSync } from 'node:child_process';
import { NATIVE, print } from './figure.ts';

/** Of each of 19 programs, at random places. */
const STOPS = 1_500;

export function printAgreement(): void {
  const cargo = ['run', '--quiet', '--release', '-p', 'strata-replay', '--example', 'agreement', '--'];
  const { stdout, status } = spawnSync('cargo', [...cargo, '--stops', String(STOPS)], {
    cwd: NATIVE,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [, agreeing, chains, wrong] = /^(\d+) of (\d+) chains .* (\d+) others claim/m.exec(stdout) ?? [];
  if (status !== 0 || !chains) throw new Error(`The comparison with gdb ended with ${status}: ${stdout}`);
  print('gdb_agreement', (Number(agreeing) / Number(chains)) * 100, '%', { least: 99.9 }, { chains: Number(chains) });
  print('gdb_wrong_complete', Number(wrong), 'chains', { most: 0 });
}
