import { createRequire } from 'node:module';
import { SYMBOLIZER_ERROR_CODES, SymbolizerError, type SymbolizerErrorCode } from './symbolizer-error.ts';

/** A verified index file, mapped (native/crates/addon/src/symbols.rs). */
export interface NativeIndex {
  readonly buildId: string;
  /** Address `i` is in `names[rows[i]]`; row −1: unknown. */
  resolve(addresses: Float64Array): Promise<{ names: string[]; rows: Int32Array }>;
}

/** What we use of the addon. */
interface NativeSymbols {
  buildSymbolIndex(path: string): Promise<Buffer>;
  describeElfFile(path: string): Promise<{
    buildId: string;
    isGo: boolean;
    segments: { offset: number; virtualAddress: number; fileSize: number }[];
  }>;
  openSymbolIndex(path: string): Promise<NativeIndex>;
  loadKernelSymbolTable(path: string): Promise<{
    resolve(address: bigint): { function: string; module: string } | null;
  }>;
  loadPerfMapTable(path: string): Promise<{ resolve(address: bigint): string | null }>;
}

const require = createRequire(import.meta.url);
let loaded: NativeSymbols | undefined;

/** The addon, loaded at first use: programs run without it as far as they can. Throws SymbolizerError `ADDON_MISSING`. */
export function native(): NativeSymbols {
  try {
    loaded ??= require('@strata/addon') as NativeSymbols;
  } catch (cause) {
    throw new SymbolizerError(
      'ADDON_MISSING',
      'The native addon is not built, so native functions have no names: install Rust and run npm start again.',
      { cause },
    );
  }
  return loaded;
}

/** The addon's errors carry their code before the sentence: `NOT_ELF: The file …`. */
export async function withCode<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (cause) {
    const [, code, sentence] = /^([A-Z_]+): (.*)$/s.exec((cause as Error).message) ?? [];
    if (!SYMBOLIZER_ERROR_CODES.includes(code as SymbolizerErrorCode)) throw cause;
    throw new SymbolizerError(code as SymbolizerErrorCode, sentence!, { cause });
  }
}
