import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import type { NativeSampler, NativeSamplerOptions } from '@strata/addon';
import type { Sampler, SamplerOptions } from './api.ts';
import { decodeDrain } from './decode-drain.ts';
import { asSamplerError, SamplerError } from './sampler-error.ts';

const require = createRequire(import.meta.url);

/** What the kernel holds between two drains. Tests make it smaller to see it full. */
export interface SamplerSizes {
  /** Rows of (process, thread name, stacks) counted between two drains. */
  readonly countsEntries: number;
  /** Stacks on their way, in bytes: a power of two of at least a page. */
  readonly stackRingBytes: number;
  /** What everything in the kernel may take: the unwind tables get what the rest leaves. */
  readonly kernelBytes: number;
  /** Where unwind tables are kept for the next start; nowhere without. */
  readonly tableFolder?: string;
  /** Walk as on a kernel before 5.17, which has no bpf_loop. */
  readonly byTailCalls: boolean;
}

/** Of the ring, for each CPU: half a second of deep stacks that were never seen, of which the agent takes what is there 200 times a second. */
const RING_BYTES_A_CPU = 128 << 10;
const RING_BYTES_LEAST = 1 << 20;

const SIZES: SamplerSizes = {
  countsEntries: 16_384,
  stackRingBytes: Math.max(RING_BYTES_LEAST, 2 ** Math.ceil(Math.log2(cpus().length * RING_BYTES_A_CPU))),
  kernelBytes: 128 << 20,
  byTailCalls: false,
};

/**
 * Loads the sampler into the kernel and starts it on every CPU. Throws SamplerError: `ADDON_MISSING`, `INVALID_OPTIONS`,
 * `NO_PERMISSION`, `NO_BTF`, `LOAD_FAILED`, `ATTACH_FAILED`.
 */
export async function startSampler(options: SamplerOptions, sizes: Partial<SamplerSizes> = {}): Promise<Sampler> {
  if (!Number.isInteger(options.frequencyHz) || options.frequencyHz < 1 || options.frequencyHz > 999) {
    throw new SamplerError(
      'INVALID_OPTIONS',
      `The sampling frequency is ${options.frequencyHz} Hz; it must be 1 to 999.`,
    );
  }
  const native = await startNative({ ...options, ...SIZES, ...sizes });
  let counting = false;
  return {
    async drain() {
      return decodeDrain(await native.drain().catch(rethrow));
    },
    programStats() {
      counting ||= native.enableStats();
      return counting ? native.programStats() : null;
    },
    tables() {
      return native.tables();
    },
    async stop() {
      await native.stop();
    },
  };
}

async function startNative(options: NativeSamplerOptions): Promise<NativeSampler> {
  let addon: typeof import('@strata/addon');
  try {
    // A native module's exports are not seen by `import`.
    addon = require('@strata/addon');
  } catch (cause) {
    throw new SamplerError(
      'ADDON_MISSING',
      'The native addon is not built, so this node cannot be sampled: install Rust and clang 19, then run npm start again.',
      { cause },
    );
  }
  try {
    return addon.NativeSampler.start(options);
  } catch (error) {
    throw asSamplerError(error);
  }
}

function rethrow(error: unknown): never {
  throw asSamplerError(error);
}
