import type { Drain, Outcome } from '@strata/bpf';
import { type NamingContext, nameProcess, type ProcessNames } from '../naming/process-names.ts';
import type { CodeFiles } from '../process/code-files.ts';
import type { ProcessImage } from '../process/process-image.ts';
import type { ProcessTable } from '../process/process-table.ts';
import { ExecutableOutcomes } from '../stacks/executable-outcomes.ts';
import type { AttributedSample } from '../window.ts';
import { type FramePath, type FrameTable, NO_FRAMES } from './frames.ts';
import type { KernelStacks } from './kernel-stacks.ts';
import { RecentStacks } from './recent-stacks.ts';
import { lookupAddresses, type UserStacks } from './user-stacks.ts';

const FRAMES_MOST = 200_000;

/** Turns what the sampler drains into samples with names and frames. */
export class Attributor {
  /** Samples whose stack the sampler never sent, or sent too long ago. */
  readonly counters = { missingStacks: 0 };
  /** Of all samples but those whose stack is missing. */
  readonly outcomes = new ExecutableOutcomes();
  #table: ProcessTable;
  #files: CodeFiles;
  #frames: FrameTable;
  #kernel: KernelStacks;
  #user: UserStacks;
  #naming: Omit<NamingContext, 'buildId'>;
  /** User stacks as they came: the same addresses may come from another process later. */
  #stacks = new RecentStacks<{ readonly lookups: Float64Array; readonly outcome: Outcome }>();
  #unknown: FramePath;

  constructor(
    table: ProcessTable,
    files: CodeFiles,
    frames: FrameTable,
    kernel: KernelStacks,
    user: UserStacks,
    naming: Omit<NamingContext, 'buildId'>,
  ) {
    this.#table = table;
    this.#files = files;
    this.#frames = frames;
    this.#kernel = kernel;
    this.#user = user;
    this.#naming = naming;
    this.#unknown = { frames: [frames.named('symbolized', '[unknown]')] };
  }

  /** Applies the drain's events and attributes its counts. One drain at a time. */
  async attribute({ events, stacks, counts, toNs }: Drain): Promise<readonly AttributedSample[]> {
    this.#table.apply(events);
    for (const { id, space, addresses, outcome } of stacks) {
      if (space === 'kernel') this.#kernel.add(id, addresses);
      else this.#stacks.set(id, { lookups: lookupAddresses(addresses), outcome });
    }
    const samples: AttributedSample[] = [];
    for (const [row, count] of counts.count.entries()) {
      const userStack = counts.userStack[row]!;
      const image = this.#imageOf(counts.pid[row]!, userStack, toNs);
      const names = image.names ?? (await this.#nameImage(image));
      this.#tally(image, userStack, count);
      const user = await this.#userPath(image, userStack, count);
      const kernel = this.#kernelPath(counts.kernelStack[row]!, count);
      const empty = user.frames.length === 0 && kernel.frames.length === 0;
      samples.push({ names, thread: counts.threadName[row]!, user: empty ? this.#unknown : user, kernel, count });
    }
    this.#table.settle();
    if (this.#frames.size > FRAMES_MOST) {
      this.#frames.clear();
      this.#user.clear();
    }
    return samples;
  }

  /** Of the programs a pid was since the last drain, the one whose code the stack lies in; the newest when in doubt. */
  #imageOf(pid: number, userStack: bigint, nowNs: bigint): ProcessImage {
    const images = this.#table.imagesOf(pid, nowNs);
    const stack = this.#stacks.get(userStack);
    if (images.length === 1 || !stack) return images[0]!;
    const mapped = images.map((image) => this.#user.mapped(image, stack.lookups));
    return images[mapped.indexOf(Math.max(...mapped))]!;
  }

  #tally(image: ProcessImage, userStack: bigint, count: number): void {
    const { executable, isKernelThread } = this.#table.factsOf(image);
    // The kernel names no stack for these two.
    const withoutStack: Outcome = isKernelThread ? 'KERNEL_ONLY' : 'EXITING';
    const outcome = userStack === 0n ? withoutStack : this.#stacks.get(userStack)?.outcome;
    if (outcome) this.outcomes.add(isKernelThread ? '[kernel]' : executable || '[unknown]', outcome, count);
  }

  async #userPath(image: ProcessImage, id: bigint, count: number): Promise<FramePath> {
    if (id === 0n) return NO_FRAMES;
    const known = this.#user.known(image, id);
    if (known) return known;
    const stack = this.#stacks.get(id);
    if (!stack) return this.#missing(count);
    await this.#user.prepare(image, stack.lookups);
    return this.#user.translate(image, id, stack.lookups, stack.outcome);
  }

  #kernelPath(id: bigint, count: number): FramePath {
    return id === 0n ? NO_FRAMES : (this.#kernel.path(id) ?? this.#missing(count));
  }

  #missing(count: number): FramePath {
    this.counters.missingStacks += count;
    return this.#unknown;
  }

  async #nameImage(image: ProcessImage): Promise<ProcessNames> {
    const facts = this.#table.factsOf(image);
    const codes = image.space.regions.map(({ code }) => code).filter((code) => typeof code === 'object');
    const main = codes.find(({ path }) => path === facts.executable);
    if (main && main.kernelBuildId === '') await this.#files.describe(main);
    const described = typeof main?.description === 'object' ? main.description?.buildId.split(':')[1] : '';
    image.names = nameProcess(facts, { ...this.#naming, buildId: main?.kernelBuildId || described || '' });
    return image.names;
  }
}
