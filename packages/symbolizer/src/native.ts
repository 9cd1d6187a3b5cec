import { createRequire } from 'node:module';
import type { ElfDescription, IndexOptions, IndexStatistics } from './api.ts';
import { SYMBOLIZER_ERROR_CODES, SymbolizerError, type SymbolizerErrorCode } from './symbolizer-error.ts';

/** What is at many addresses, each location and each text once. */
export interface NativeAnswers {
  /** Per address: its row of `locations` and `ends`; −1 where nothing is known. */
  rows: Int32Array;
  /** Ids of locations: equal ones are the same in every answer of one index. */
  locations: Uint32Array;
  /** Per location: where its frames end; they begin where those of the one before end. */
  ends: Uint32Array;
  /** Three numbers a frame, innermost first: row of `functions`, row of `files` (−1: unknown), line (0: unknown). */
  frames: Int32Array;
  functions: string[];
  files: string[];
}

/** An index file, mapped (native/crates/addon/src/symbols.rs). */
export interface NativeIndex {
  readonly buildId: string;
  readonly generation: number;
  /** Whether this program would build the same from the same file. */
  readonly isCurrent: boolean;
  readonly statistics: IndexStatistics;
  /** Executable segments of the file; empty when they are not known. */
  readonly segments: ElfDescription['segments'];
  /** Names demangled, or as the linker knows them with `linkage`. */
  resolve(addresses: Float64Array, linkage?: boolean): Promise<NativeAnswers>;
  sourceText(path: string): Promise<string | null>;
}

/** What we use of the addon. */
interface NativeSymbols {
  buildSymbolIndex(path: string, options: IndexOptions): Promise<Buffer>;
  describeElfFile(path: string): Promise<{
    buildId: string;
    isGo: boolean;
    segments: { offset: number; virtualAddress: number; fileSize: number }[];
  }>;
  /** With `verify` all of the file is compared with its checksum, else the header only. */
  openSymbolIndex(path: string, verify: boolean): Promise<NativeIndex>;
  loadKernelSymbolTable(path: string): Promise<{
    resolve(address: bigint): { function: string; module: string } | null;
  }>;
  loadPerfMapTable(path: string): Promise<{ resolve(address: bigint): string | null }>;
  loadJitDumpTable(path: string): Promise<{
    resolve(address: bigint): { function: string; file: string; line: number } | null;
  }>;
  symbolIndexBuilder(): number;
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

/** Of what builds indexes: another one may build better from the same file. Throws `ADDON_MISSING`. */
export const builderVersion = (): number => native().symbolIndexBuilder();

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
