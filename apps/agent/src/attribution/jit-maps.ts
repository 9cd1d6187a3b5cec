import { statSync } from 'node:fs';
import type { JitDump, SymbolizerApi } from '@strata/symbolizer';
import { readNamespacePid } from '../proc/process-facts.ts';
import { pathsOf } from '../process/code-files.ts';
import type { ProcessImage } from '../process/process-image.ts';
import { type JitName, parseJitName } from './jit-name.ts';

const BYTES_MOST = 64 << 20;
const RELOAD_MS_LEAST = 1_000;
/** Reading a map again may cost this share of the time at most. */
const RELOAD_COST_RATIO = 200;

type Loaders = Pick<SymbolizerApi, 'loadPerfMap' | 'loadJitDump'>;
type NameAt = (address: bigint) => JitName | null;

interface Loaded {
  readonly path: string;
  readonly size: number;
  readonly nameAt: NameAt;
  readonly notBeforeMs: number;
  /** Goes up with each reload: names found before are no longer sure. */
  readonly generation: number;
}

const NOTHING: Loaded = { path: '', size: 0, nameAt: () => null, notBeforeMs: 0, generation: 0 };

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}

/**
 * The JIT's own dump, where a process has one: perf wants it mapped as code, which marks it. A process that was forked has its
 * parent's, as it has its parent's code.
 */
function dumpOf({ space }: ProcessImage): string | null {
  for (const { code } of space.regions) {
    if (typeof code === 'object' && /\/jit-\d+\.dump$/.test(code.path)) return pathsOf(code)[0] ?? null;
  }
  return null;
}

/** The file and line of the address where the JIT tells them. What was inlined from another file has no name of its own here. */
function nameInDump(dump: JitDump, address: bigint): JitName | null {
  const place = dump.resolve(address);
  if (place === null) return null;
  const name = parseJitName(place.function);
  const file = place.file.replace(/^file:\/\//, '');
  if (place.line === 0 || (file !== '' && name.file !== '' && file !== name.file)) return name;
  return { ...name, file: name.file || file, line: place.line };
}

/**
 * What JITs tell of their code: a `jit-PID.dump`, else `/tmp/perf-PID.map`, as the process itself sees it, read again when it
 * grew.
 */
export class JitMaps {
  #loaded = new WeakMap<ProcessImage, Loaded>();
  #paths = new WeakMap<ProcessImage, string>();
  #loaders: Loaders;

  constructor(loaders: Loaders) {
    this.#loaders = loaders;
  }

  generation(image: ProcessImage): number {
    return (this.#loaded.get(image) ?? NOTHING).generation;
  }

  resolve(image: ProcessImage, address: number): JitName | null {
    return this.#loaded.get(image)?.nameAt(BigInt(address)) ?? null;
  }

  /** Reads the process's dump or map if there is one and it grew since, within the bounds above. */
  async refresh(image: ProcessImage): Promise<void> {
    const before = this.#loaded.get(image) ?? NOTHING;
    const startMs = performance.now();
    if (startMs < before.notBeforeMs) return;
    const dump = dumpOf(image);
    const path = dump ?? this.#perfMapOf(image);
    const size = sizeOf(path);
    const pause = { notBeforeMs: startMs + RELOAD_MS_LEAST };
    if ((size === before.size && path === before.path) || size > BYTES_MOST) {
      this.#loaded.set(image, { ...before, ...pause });
      return;
    }
    const nameAt = await (dump ? this.#loadDump(path) : this.#loadPerfMap(path)).catch(() => before.nameAt);
    const costMs = (performance.now() - startMs) * RELOAD_COST_RATIO;
    this.#loaded.set(image, {
      path,
      size,
      nameAt,
      notBeforeMs: startMs + Math.max(RELOAD_MS_LEAST, costMs),
      generation: before.generation + 1,
    });
  }

  async #loadDump(path: string): Promise<NameAt> {
    const dump = await this.#loaders.loadJitDump(path);
    return (address) => nameInDump(dump, address);
  }

  async #loadPerfMap(path: string): Promise<NameAt> {
    const map = await this.#loaders.loadPerfMap(path);
    return (address) => {
      const name = map.resolve(address);
      return name === null ? null : parseJitName(name);
    };
  }

  #perfMapOf(image: ProcessImage): string {
    const known = this.#paths.get(image);
    if (known) return known;
    const { pid } = image;
    const path = image.current ? `/proc/${pid}/root/tmp/perf-${readNamespacePid(pid)}.map` : `/tmp/perf-${pid}.map`;
    this.#paths.set(image, path);
    return path;
  }
}
