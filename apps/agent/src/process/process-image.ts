import type { ProcessNames } from '../naming/process-names.ts';
import type { ProcessFacts } from '../proc/process-facts.ts';
import { AddressSpace } from './address-space.ts';
import type { CodeFile } from './code-file.ts';

/** What stands behind executable memory: a file, or one of the kinds that have none. */
export type Code = CodeFile | 'jit' | 'vdso';

/**
 * One program in one process: it begins with fork or exec and ends with exec or exit. A pid that is used again, and
 * a process that becomes another program, are new images, so that nothing known about the old one is taken for the new.
 */
export class ProcessImage {
  readonly pid: number;
  /** CLOCK_MONOTONIC; 0 for what ran before the agent. */
  readonly sinceNs: bigint;
  space = new AddressSpace<Code>();
  /** Null until /proc was read, or when the process was gone before it could be. */
  facts: ProcessFacts | null = null;
  names: ProcessNames | null = null;
  /** False once it has exited or become another program: it is kept only until the drain is attributed. */
  current = true;
  /** The kernel's own word for it at exec. */
  command: string;
  /** What it was forked from or was before exec: the next best answer for environment and cgroup. */
  readonly predecessor: ProcessFacts | null;

  constructor(pid: number, sinceNs: bigint, command: string, predecessor: ProcessFacts | null) {
    this.pid = pid;
    this.sinceNs = sinceNs;
    this.command = command;
    this.predecessor = predecessor;
  }
}
