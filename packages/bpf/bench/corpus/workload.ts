import type { ChildProcess } from 'node:child_process';
import type { Stage } from './stage.ts';

/** Processes that are measured together: the roots with all that descends from them. */
export interface Group {
  readonly name: string;
  readonly roots: readonly ChildProcess[];
  /** Complete stacks to reach, in percent; `null`: only looked at, such as what puts a server under load. */
  readonly target: number | null;
}

export interface Workload {
  readonly name: string;
  /** Programs that must be on PATH or at this path. */
  readonly needs: readonly string[];
  /** Builds and starts what is measured, on a stage that is closed afterwards. */
  start(stage: Stage): Promise<readonly Group[]>;
}

export const NATIVE_TARGET = 99.9;
export const LARGE_TARGET = 99.5;
