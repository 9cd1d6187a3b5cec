import type { ProcessEvent } from '@strata/bpf';
import { type CodeMapping, readCodeMappings } from '../proc/maps.ts';
import { listPids } from '../proc/proc-files.ts';
import { type ProcessFacts, readProcessFacts, readStartTicks } from '../proc/process-facts.ts';
import { AddressSpace, type Region } from './address-space.ts';
import type { CodeFiles } from './code-files.ts';
import { type Code, ProcessImage } from './process-image.ts';

/** New programs read at once after a drain; more than these are read when they are first sampled. */
const EAGER_READS = 64;
/** A process whose mappings were read again in vain is left alone for longer and longer. */
const REREAD_MS_FIRST = 1_000;
const REREAD_MS_MOST = 300_000;
/** Reading mappings again may cost this share of the time at most: 100,000 lines take a while. */
const REREAD_COST_RATIO = 200;

/**
 * All processes: /proc once, then events. Images that ended stay until `settle`, because the samples of the drain in
 * which they ended are still to be attributed.
 */
export class ProcessTable {
  /** Per pid, newest first. */
  #images = new Map<number, ProcessImage[]>();
  #ended: ProcessImage[] = [];
  #unread: ProcessImage[] = [];
  #rereads = new WeakMap<ProcessImage, { notBeforeMs: number; pauseMs: number }>();
  #files: CodeFiles;
  #procRoot: string;

  constructor(files: CodeFiles, procRoot = '/proc') {
    this.#files = files;
    this.#procRoot = procRoot;
  }

  get size(): number {
    return this.#images.size;
  }

  /** Reads /proc: names and mappings of everything that runs. */
  scan(): void {
    for (const pid of listPids(this.#procRoot)) this.#discover(pid, 0n);
  }

  /** Applies the events of a drain, in order of time. */
  apply(events: readonly ProcessEvent[]): void {
    for (const event of events) this.#applyOne(event);
    for (const image of this.#unread.splice(0).slice(-EAGER_READS)) if (image.current) this.#readFacts(image);
  }

  /** The images a pid had since the last `settle`, newest first; a process nobody announced is looked up in /proc. */
  imagesOf(pid: number, nowNs: bigint): readonly ProcessImage[] {
    const images = this.#images.get(pid);
    return images ?? [this.#discover(pid, nowNs) ?? this.#begin(new ProcessImage(pid, nowNs, '', null))];
  }

  /** Facts of an image: what /proc says, or what is known without it when the process has gone. */
  factsOf(image: ProcessImage): ProcessFacts {
    if (image.facts === null && image.current) this.#readFacts(image);
    image.facts ??= factsWithoutProc(image);
    return image.facts;
  }

  /**
   * The region of an address that is in none we know: mappings are read again, for memory that was made executable
   * without an event, but ever more rarely as long as that does not help.
   */
  findAgain(image: ProcessImage, address: number): Region<Code> | undefined {
    const startMs = performance.now();
    const { notBeforeMs, pauseMs } = this.#rereads.get(image) ?? { notBeforeMs: 0, pauseMs: REREAD_MS_FIRST };
    if (!image.current || startMs < notBeforeMs || !this.#readSpace(image)) return undefined;
    const found = image.space.find(address);
    const costMs = (performance.now() - startMs) * REREAD_COST_RATIO;
    this.#rereads.set(image, {
      notBeforeMs: startMs + Math.max(pauseMs, costMs),
      pauseMs: found ? REREAD_MS_FIRST : Math.min(pauseMs * 2, REREAD_MS_MOST),
    });
    return found;
  }

  /** Forgets what ended; call when the drain is attributed. */
  settle(): void {
    for (const image of this.#ended.splice(0)) {
      const left = this.#images.get(image.pid)?.filter((each) => each !== image) ?? [];
      if (left.length > 0) this.#images.set(image.pid, left);
      else this.#images.delete(image.pid);
    }
  }

  /** Compares with /proc, so that a lost event costs at most the time between two calls. */
  reconcile(nowNs: bigint): void {
    const alive = new Set(listPids(this.#procRoot));
    for (const [pid, images] of this.#images) {
      const [image] = images;
      if (!image?.current) continue;
      const known = image.facts?.startTicks;
      const reused = known !== undefined && known !== 0 && readStartTicks(pid, this.#procRoot) !== known;
      if (!alive.has(pid) || reused) this.#end(image);
      if (reused && alive.has(pid)) this.#discover(pid, nowNs);
    }
    for (const pid of alive) if (!this.#images.has(pid)) this.#discover(pid, nowNs);
  }

  #applyOne(event: ProcessEvent): void {
    const { pid, timeNs } = event;
    const image = this.#images.get(pid)?.[0];
    switch (event.kind) {
      case 'fork': {
        const parent = this.#images.get(event.parentPid)?.[0];
        if (image?.current) this.#end(image);
        const child = new ProcessImage(
          pid,
          timeNs,
          parent?.command ?? '',
          parent?.facts ?? parent?.predecessor ?? null,
        );
        if (parent) {
          child.space = parent.space;
          child.names = parent.names;
          child.facts = parent.facts && { ...parent.facts, pid, parentPid: parent.pid, startTicks: 0 };
        }
        this.#begin(child);
        // Kernel threads are all forked by one, and never exec: only /proc tells them apart.
        if (parent?.facts?.isKernelThread) this.#unread.push(child);
        return;
      }
      case 'exec': {
        if (image?.current) this.#end(image);
        const program = new ProcessImage(pid, timeNs, event.command, image?.facts ?? image?.predecessor ?? null);
        this.#begin(program);
        this.#unread.push(program);
        return;
      }
      case 'exit':
        if (image?.current) this.#end(image);
        return;
      case 'mmap': {
        const target = image?.current ? image : (this.#discover(pid, timeNs) ?? image);
        if (target)
          this.#map(target, {
            ...event,
            start: Number(event.start),
            end: Number(event.end),
            fileOffset: Number(event.fileOffset),
            inode: Number(event.inode),
          });
        return;
      }
    }
  }

  #map(image: ProcessImage, mapping: CodeMapping): void {
    const { start, end, fileOffset } = mapping;
    image.space = image.space.with({ start, end, fileOffset, code: this.#files.behind(image.pid, mapping) });
  }

  #begin(image: ProcessImage): ProcessImage {
    this.#images.set(image.pid, [image, ...(this.#images.get(image.pid) ?? [])]);
    return image;
  }

  #end(image: ProcessImage): void {
    image.current = false;
    this.#ended.push(image);
  }

  /** A running process that no event announced. */
  #discover(pid: number, nowNs: bigint): ProcessImage | null {
    const facts = readProcessFacts(pid, this.#procRoot);
    if (facts === null) return null;
    const image = this.#begin(new ProcessImage(pid, nowNs, facts.command, null));
    image.facts = facts;
    if (!facts.isKernelThread) this.#readSpace(image);
    return image;
  }

  #readFacts(image: ProcessImage): void {
    const facts = readProcessFacts(image.pid, this.#procRoot);
    if (facts === null) return;
    image.facts = facts;
    image.names = null;
  }

  #readSpace(image: ProcessImage): boolean {
    const mappings = readCodeMappings(`${this.#procRoot}/${image.pid}/maps`);
    // An exiting process has an empty address space already, and the events' own knowledge is better than that.
    if (mappings === null || mappings.length === 0) return false;
    image.space = new AddressSpace(
      mappings.map((mapping) => ({
        start: mapping.start,
        end: mapping.end,
        fileOffset: mapping.fileOffset,
        code: this.#files.behind(image.pid, mapping),
      })),
    );
    return true;
  }
}

/**
 * A process that was gone before /proc could be read: environment and cgroup are what it inherited, the executable is
 * the first file it mapped whose name begins with its command.
 */
function factsWithoutProc({ pid, command, predecessor, space }: ProcessImage): ProcessFacts {
  const files = space.regions.map(({ code }) => code).filter((code) => typeof code === 'object');
  const named = files.find(({ path }) => path.slice(path.lastIndexOf('/') + 1).startsWith(command));
  return {
    pid,
    parentPid: predecessor?.pid ?? 0,
    startTicks: 0,
    isKernelThread: false,
    command,
    arguments: [],
    environment: predecessor?.environment ?? new Map(),
    cgroup: predecessor?.cgroup ?? '',
    executable: command === '' ? '' : ((named ?? files[0])?.path ?? ''),
    workingFolder: predecessor?.workingFolder ?? '',
  };
}
