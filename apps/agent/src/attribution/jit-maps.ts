import { statSync } from 'node:fs';
import type { PerfMap } from '@strata/symbolizer';
import { readNamespacePid } from '../proc/process-facts.ts';
import type { ProcessImage } from '../process/process-image.ts';

const BYTES_MOST = 64 << 20;
const RELOAD_MS_LEAST = 1_000;
/** Reading a map again may cost this share of the time at most. */
const RELOAD_COST_RATIO = 200;

interface Loaded {
  readonly map: PerfMap | null;
  readonly size: number;
  readonly notBeforeMs: number;
  /** Goes up with each reload: names found before are no longer sure. */
  readonly generation: number;
}

const NOTHING: Loaded = { map: null, size: 0, notBeforeMs: 0, generation: 0 };

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}

/** The perf maps of processes with a JIT: `/tmp/perf-PID.map` as the process itself sees it, read again when it grew. */
export class JitMaps {
  #loaded = new WeakMap<ProcessImage, Loaded>();
  #paths = new WeakMap<ProcessImage, string>();
  #load: (path: string) => Promise<PerfMap>;

  constructor(load: (path: string) => Promise<PerfMap>) {
    this.#load = load;
  }

  generation(image: ProcessImage): number {
    return (this.#loaded.get(image) ?? NOTHING).generation;
  }

  resolve(image: ProcessImage, address: number): string | null {
    return this.#loaded.get(image)?.map?.resolve(BigInt(address)) ?? null;
  }

  /** Reads the process's map if there is one and it grew since, within the bounds above. */
  async refresh(image: ProcessImage): Promise<void> {
    const before = this.#loaded.get(image) ?? NOTHING;
    const startMs = performance.now();
    if (startMs < before.notBeforeMs) return;
    const path = this.#pathOf(image);
    const size = sizeOf(path);
    const pause = { notBeforeMs: startMs + RELOAD_MS_LEAST };
    if (size === before.size || size > BYTES_MOST) {
      this.#loaded.set(image, { ...before, ...pause });
      return;
    }
    const map = await this.#load(path).catch(() => before.map);
    const costMs = (performance.now() - startMs) * RELOAD_COST_RATIO;
    this.#loaded.set(image, {
      map,
      size,
      notBeforeMs: startMs + Math.max(RELOAD_MS_LEAST, costMs),
      generation: before.generation + 1,
    });
  }

  #pathOf(image: ProcessImage): string {
    const known = this.#paths.get(image);
    if (known) return known;
    const { pid } = image;
    const path = image.current ? `/proc/${pid}/root/tmp/perf-${readNamespacePid(pid)}.map` : `/tmp/perf-${pid}.map`;
    this.#paths.set(image, path);
    return path;
  }
}
