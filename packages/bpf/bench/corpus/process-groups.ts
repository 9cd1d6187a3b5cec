import type { ProcessEvent } from '../../src/index.ts';

/** Which group of a workload a process belongs to: that of its root, by descent. */
export class ProcessGroups {
  readonly #roots = new Set<number>();
  readonly #groups = new Map<number, string>();
  readonly #living = new Set<number>();
  /** Processes that live, by when they were made. */
  readonly #parents = new Map<number, number>();

  /** With what descends from it already; the event that it was made itself may be yet to come. */
  addRoot(pid: number, group: string): void {
    this.#roots.add(pid);
    this.#add(pid, group);
    for (const [child, parent] of this.#parents) {
      if (this.#groups.get(parent) === group && !this.#groups.has(child)) this.#add(child, group);
    }
  }

  #add(pid: number, group: string): void {
    this.#groups.set(pid, group);
    this.#living.add(pid);
  }

  apply(event: ProcessEvent): void {
    if (event.kind === 'exit') {
      this.#living.delete(event.pid);
      this.#parents.delete(event.pid);
    }
    if (event.kind !== 'fork') return;
    this.#parents.set(event.pid, event.parentPid);
    const group = this.#groups.get(event.parentPid);
    // A pid may be one that was used before, by a process of another group.
    if (group !== undefined) this.#add(event.pid, group);
    else if (!this.#roots.has(event.pid)) this.#groups.delete(event.pid);
  }

  groupOf(pid: number): string | undefined {
    return this.#groups.get(pid);
  }

  living(group: string): readonly number[] {
    return [...this.#living].filter((pid) => this.#groups.get(pid) === group);
  }

  clear(): void {
    this.#roots.clear();
    this.#groups.clear();
    this.#living.clear();
  }
}
