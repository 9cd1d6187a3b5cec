import { INTERRUPTED_BIT, type Outcome } from '@strata/bpf';
import type { Frame } from '@strata/profile';
import type { Region } from '../process/address-space.ts';
import type { CodeFile } from '../process/code-file.ts';
import type { CodeFiles } from '../process/code-files.ts';
import type { Code, ProcessImage } from '../process/process-image.ts';
import type { ProcessTable } from '../process/process-table.ts';
import { fileAddress } from './file-address.ts';
import type { FramePath, FrameTable } from './frames.ts';
import type { JitMaps } from './jit-maps.ts';

const PATHS_PER_IMAGE_MOST = 10_000;

const INTERRUPTED_HIGH = (1 << (INTERRUPTED_BIT - 32)) >>> 0;

/**
 * The addresses to look up for a sampled stack, leaf first: all but the leaf, and what a signal interrupted, are return
 * addresses, and the call is the byte before, also when it ends a mapping. By halves, because every 64-bit number read
 * at once would be an object of its own.
 */
export function lookupAddresses(sampled: BigUint64Array): Float64Array {
  const halves = new Uint32Array(sampled.buffer, sampled.byteOffset, sampled.length * 2);
  return Float64Array.from({ length: sampled.length }, (_, depth) => {
    const high = halves[depth * 2 + 1]!;
    const address = (high & ~INTERRUPTED_HIGH) * 2 ** 32 + halves[depth * 2]!;
    return depth === 0 || high & INTERRUPTED_HIGH ? address : address - 1;
  });
}

/** `[callers missing: no table]` */
const callersMissing = (outcome: Outcome) => `[callers missing: ${outcome.toLowerCase().replaceAll('_', ' ')}]`;

interface Translated {
  readonly path: FramePath;
  /** Generation of the JIT's map its names come from; null when no JIT is in it. */
  readonly jitGeneration: number | null;
}

/** Translates user stacks to frames, once per image and stack. */
export class UserStacks {
  #paths = new WeakMap<ProcessImage, Map<bigint, Translated>>();
  #frames: FrameTable;
  #table: ProcessTable;
  #files: CodeFiles;
  #jit: JitMaps;

  constructor(frames: FrameTable, table: ProcessTable, files: CodeFiles, jit: JitMaps) {
    this.#frames = frames;
    this.#table = table;
    this.#files = files;
    this.#jit = jit;
  }

  known(image: ProcessImage, id: bigint): FramePath | undefined {
    const translated = this.#paths.get(image)?.get(id);
    if (!translated) return undefined;
    const { path, jitGeneration } = translated;
    return jitGeneration === null || jitGeneration === this.#jit.generation(image) ? path : undefined;
  }

  /** How many of the addresses (see `lookupAddresses`) lie in code of the image: tells which program of a reused pid a stack belongs to. */
  mapped(image: ProcessImage, lookups: Float64Array): number {
    let mapped = 0;
    for (const address of lookups) if (image.space.find(address)) mapped++;
    return mapped;
  }

  /** Reads the files and maps of JITs that stand behind a stack; after it `translate` finds all there is. */
  async prepare(image: ProcessImage, lookups: Float64Array): Promise<void> {
    let hasJit = false;
    for (const address of lookups) {
      const code = (image.space.find(address) ?? this.#table.findAgain(image, address))?.code;
      if (code === undefined || code === 'jit') hasJit = true;
      else if (code !== 'vdso') {
        if (code.description === null) await this.#files.describe(code);
        hasJit ||= code.description === 'unreadable';
      }
    }
    if (hasJit) await this.#jit.refresh(image);
  }

  /** A stack whose walk was cut off begins with a frame that says so, so that it is not taken for a whole one. */
  translate(image: ProcessImage, id: bigint, lookups: Float64Array, outcome: Outcome): FramePath {
    const known = this.known(image, id);
    if (known) return known;
    let hasJit = false;
    const frames: Frame[] = outcome === 'COMPLETE' ? [] : [this.#frames.named('symbolized', callersMissing(outcome))];
    for (let depth = lookups.length - 1; depth >= 0; depth--) {
      const region = image.space.find(lookups[depth]!);
      hasJit ||= region === undefined || region.code === 'jit';
      frames.push(this.#frameAt(image, region, lookups[depth]!));
    }
    const path = { frames };
    this.#keep(image, id, { path, jitGeneration: hasJit ? this.#jit.generation(image) : null });
    return path;
  }

  #keep(image: ProcessImage, id: bigint, translated: Translated): void {
    const paths = this.#paths.get(image) ?? new Map<bigint, Translated>();
    this.#paths.set(image, paths);
    paths.set(id, translated);
    if (paths.size > PATHS_PER_IMAGE_MOST) paths.delete(paths.keys().next().value!);
  }

  #frameAt(image: ProcessImage, region: Region<Code> | undefined, address: number): Frame {
    if (region?.code === 'vdso') return this.#frames.named('kernel', '[vdso]', '[vdso]');
    if (region === undefined || region.code === 'jit') {
      const name = this.#jit.resolve(image, address);
      if (name === null) {
        return region ? this.#frames.named('jit', '[jit]') : this.#frames.named('symbolized', '[unknown]');
      }
      return this.#frames.named('jit', name.function, name.file, name.line);
    }
    return this.#frameInFile(region, region.code, address);
  }

  #frameInFile(region: Region<Code>, { description, path }: CodeFile, address: number): Frame {
    const known = typeof description === 'object' && description !== null ? description : null;
    const svma = known && fileAddress(address, region, known.segments);
    // A file that nobody can read any more still says more by its name than an address would.
    if (known === null || svma === null) {
      return this.#frames.named('symbolized', `[${path.slice(path.lastIndexOf('/') + 1)}]`, path);
    }
    return this.#frames.native(known.buildId, path, svma);
  }

  /** Forgets all translations; names and files stay known. */
  clear(): void {
    this.#paths = new WeakMap();
  }
}
