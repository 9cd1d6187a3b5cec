import {
  type BuildId,
  FUNCTION_KINDS,
  type FunctionKind,
  type FunctionTable,
  type LookupAddress,
  type NamedFrame,
  type NativeFrame,
  type StackProfile,
} from '@strata/profile';
import type { IndexStore, Resolution, SourceFrame } from './api.ts';
import { baseName, kindOfBinary, kindOfFunction } from './function-kind.ts';
import { SymbolizerError } from './symbolizer-error.ts';

/** A file of which some frames have no name. */
export interface UnresolvedBinary {
  readonly file: string;
  /** How many of the profile's frames. */
  readonly frames: number;
  /** `NO_INDEX`: none has arrived yet; `NO_NAME`: it is there, but does not know these addresses; else the error. */
  readonly reason: 'NO_INDEX' | 'NO_NAME' | SymbolizerError['code'];
  /** One sentence. */
  readonly message: string;
}

/** Functions of a profile's frames. */
export interface NamedFrames {
  readonly functions: FunctionTable;
  /** Per row of `profile.stacks.frames`, its row of `functions`. */
  readonly functionOf: Uint32Array;
  readonly unresolved: Map<BuildId, UnresolvedBinary>;
}

/**
 * Names every frame of a profile. Frames of one function (name, file and binary alike) share a row; the native frames
 * of a binary that have no name share one row, `[libfoo.so]`. A file that cannot be read costs its own names only.
 */
export async function nameFrames(profile: StackProfile, store: IndexStore): Promise<NamedFrames> {
  const { frames } = profile.stacks;
  const functionOf = new Uint32Array(frames.length);
  const rows = new FunctionRows();
  const native = new Map<BuildId, { file: string; rows: number[]; addresses: LookupAddress[] }>();
  for (let i = 0; i < frames.length; i++) {
    const frame = frames[i]!;
    if (frame.kind === 'native') addNative(native, frame, i);
    else functionOf[i] = rows.ofNamed(frame);
  }
  const unresolved = new Map<BuildId, UnresolvedBinary>();
  const answers = await Promise.all(
    [...native].map(async ([buildId, { addresses }]) => ask(store, buildId, addresses)),
  );
  for (const [position, [buildId, { file, rows: frameRows }]] of [...native].entries()) {
    const { resolutions, reason, message } = answers[position]!;
    const binary = { path: file, name: baseName(file), kind: kindOfBinary(file) };
    let unnamed = 0;
    // A store gives the same object for the same function, so that most frames need one look-up.
    const known = new Map<SourceFrame, number>();
    for (let i = 0; i < frameRows.length; i++) {
      const innermost = resolutions?.[i]?.[0];
      let row = innermost && known.get(innermost);
      if (innermost === undefined) {
        unnamed++;
        row = rows.ofUnnamed(binary);
      } else if (row === undefined) {
        row = rows.ofNative(innermost.function, innermost.file, binary);
        known.set(innermost, row);
      }
      functionOf[frameRows[i]!] = row!;
    }
    if (unnamed > 0) unresolved.set(buildId, { file, frames: unnamed, reason, message });
  }
  return { functions: rows.table(), functionOf, unresolved };
}

function addNative(
  native: Map<BuildId, { file: string; rows: number[]; addresses: LookupAddress[] }>,
  frame: NativeFrame,
  row: number,
): void {
  const { buildId, file } = frame.mapping;
  let group = native.get(buildId);
  if (group === undefined) {
    group = { file, rows: [], addresses: [] };
    native.set(buildId, group);
  }
  group.rows.push(row);
  group.addresses.push(frame.address);
}

type Answer = Pick<UnresolvedBinary, 'reason' | 'message'> & { readonly resolutions: readonly Resolution[] | null };

async function ask(store: IndexStore, buildId: BuildId, addresses: readonly LookupAddress[]): Promise<Answer> {
  try {
    const resolutions = await store.resolve(buildId, addresses);
    return resolutions === null
      ? { resolutions, reason: 'NO_INDEX', message: 'Its symbols have not arrived from an agent yet.' }
      : { resolutions, reason: 'NO_NAME', message: 'Its symbols do not cover these addresses.' };
  } catch (cause) {
    if (!(cause instanceof SymbolizerError)) throw cause;
    return { resolutions: null, reason: cause.code, message: cause.message };
  }
}

interface Binary {
  readonly path: string;
  readonly name: string;
  readonly kind: FunctionKind;
}

/** Rows of a function table, one per (name, file, binary). */
class FunctionRows {
  #name: string[] = [];
  #file: string[] = [];
  #binary: string[] = [];
  #kind: FunctionKind[] = [];
  /** binary → file → name → row. */
  #rows = new Map<string, Map<string, Map<string, number>>>();

  ofNamed({ kind, function: name, file }: NamedFrame): number {
    if (kind === 'kernel') return this.#row(name, '', file, () => 'kernel');
    if (kind === 'jit') return this.#row(name, file, '', () => 'jit');
    return this.#row(name, file, '', () => kindOfFunction(name, file, 'application'));
  }

  ofNative(name: string, file: string, binary: Binary): number {
    return this.#row(name, file, binary.name, () => kindOfFunction(name, file, binary.kind));
  }

  ofUnnamed(binary: Binary): number {
    const kind = binary.kind === 'application' ? 'unknown' : binary.kind;
    return this.#row(`[${binary.name || 'unknown'}]`, '', binary.name, () => kind);
  }

  table(): FunctionTable {
    const kind = Uint8Array.from(this.#kind, (name) => FUNCTION_KINDS.indexOf(name));
    return { name: this.#name, file: this.#file, binary: this.#binary, kind };
  }

  #row(name: string, file: string, binary: string, kind: () => FunctionKind): number {
    const names = under(under(this.#rows, binary), file);
    const known = names.get(name);
    if (known !== undefined) return known;
    const row = this.#name.length;
    names.set(name, row);
    this.#name.push(name);
    this.#file.push(file);
    this.#binary.push(binary);
    this.#kind.push(kind());
    return row;
  }
}

function under<Value>(map: Map<string, Map<string, Value>>, key: string): Map<string, Value> {
  let inner = map.get(key);
  if (inner === undefined) {
    inner = new Map();
    map.set(key, inner);
  }
  return inner;
}
