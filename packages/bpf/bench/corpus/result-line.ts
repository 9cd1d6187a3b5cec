import { existsSync, readFileSync } from 'node:fs';
import type { PeerVerdict } from './perf-peer.ts';
import type { Verdict } from './tally.ts';

/** What is printed for one group of processes; its causes are lines of their own. A share of nothing is null. */
export interface ResultLine extends Omit<Verdict, 'causes'> {
  readonly corpus: 'unwind';
  readonly workload: string;
  readonly group: string;
  /** Of the sources, abbreviated. */
  readonly commit: string;
  readonly target: number | null;
  /** In BPF programs, while the workload ran, whatever else did. */
  readonly nsPerSample: number;
  readonly peer: PeerVerdict | string | null;
}

/** The results of an earlier run's output; none when there is no such file. */
export function readResults(path: string): readonly ResultLine[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{"corpus"'));
  return lines.map((line) => JSON.parse(line)).filter((line) => 'samples' in line);
}
