import {
  type Batch,
  type Frame,
  type ProfileType,
  type Source,
  TrieBuilder,
  type UnixMs,
  type Workload,
} from '@strata/profile';
import type { FramePath } from './attribution/frames.ts';
import type { ProcessNames } from './naming/process-names.ts';

/** Samples of one stack in one thread name of one process. */
export interface AttributedSample {
  readonly names: ProcessNames;
  readonly thread: string;
  readonly user: FramePath;
  /** Stands on top of the user stack: the kernel worked on behalf of it. */
  readonly kernel: FramePath;
  readonly count: number;
}

export const CPU: ProfileType = { name: 'cpu', unit: 'nanoseconds' };

/** A list that keeps one of each, found again by key. */
class Distinct<T> {
  readonly list: T[] = [];
  #index = new Map<string, number>();

  indexOf(value: T): number {
    const key = JSON.stringify(value);
    const known = this.#index.get(key);
    if (known !== undefined) return known;
    this.#index.set(key, this.list.length);
    return this.list.push(value) - 1;
  }
}

/** Sums samples until they become a batch. The same sample twice is one row with twice the count. */
export class Window {
  #trie = new TrieBuilder();
  /** In front of the builder's own look-up by content: the same object is the same frame. */
  #frameRows = new Map<Frame, number>();
  #userNodes = new Map<FramePath, number>();
  #workloads = new Distinct<Workload>();
  #sources = new Distinct<Source>();
  #places = new Map<ProcessNames, Map<string, { workload: number; source: number }>>();
  #rows = new Map<string, number>();
  #columns = { workload: [] as number[], source: [] as number[], node: [] as number[], count: [] as number[] };

  /** Samples in it. */
  get samples(): number {
    return this.#columns.count.reduce((sum, count) => sum + count, 0);
  }

  /** Distinct rows in it. */
  get rows(): number {
    return this.#columns.count.length;
  }

  add({ names, thread, user, kernel, count }: AttributedSample): void {
    const { workload, source } = this.#place(names, thread);
    let userNode = this.#userNodes.get(user);
    if (userNode === undefined) {
      userNode = this.#extend(-1, user.frames);
      this.#userNodes.set(user, userNode);
    }
    const node = this.#extend(userNode, kernel.frames);
    const key = `${workload} ${source} ${node}`;
    const row = this.#rows.get(key);
    const columns = this.#columns;
    if (row !== undefined) {
      columns.count[row]! += count;
      return;
    }
    this.#rows.set(key, columns.count.push(count) - 1);
    columns.workload.push(workload);
    columns.source.push(source);
    columns.node.push(node);
  }

  /** `nanosecondsPerSample` is the time one sample stands for: round(1e9 / frequency). */
  toBatch(from: number, to: number, nanosecondsPerSample: number): Batch {
    const { workload, source, node, count } = this.#columns;
    return {
      from: from as UnixMs,
      to: to as UnixMs,
      profileTypes: [CPU],
      workloads: this.#workloads.list,
      sources: this.#sources.list,
      stacks: this.#trie.build(),
      samples: {
        profileType: new Uint8Array(node.length),
        workload: Uint32Array.from(workload),
        source: Uint32Array.from(source),
        node: Uint32Array.from(node),
        value: Float64Array.from(count, (samples) => samples * nanosecondsPerSample),
        count: Uint32Array.from(count),
      },
    };
  }

  /** The node that `frames`, outermost first, lead to from `node` (−1: from outside). */
  #extend(node: number, frames: readonly Frame[]): number {
    let at = node;
    for (const frame of frames) {
      let row = this.#frameRows.get(frame);
      if (row === undefined) {
        row = this.#trie.internFrame(frame);
        this.#frameRows.set(frame, row);
      }
      at = this.#trie.child(at, row);
    }
    return at;
  }

  #place(names: ProcessNames, thread: string): { workload: number; source: number } {
    const threads = this.#places.get(names) ?? new Map<string, { workload: number; source: number }>();
    this.#places.set(names, threads);
    const known = threads.get(thread);
    if (known) return known;
    const place = {
      workload: this.#workloads.indexOf(names.workload),
      source: this.#sources.indexOf({ ...names.source, thread }),
    };
    threads.set(thread, place);
    return place;
  }
}
