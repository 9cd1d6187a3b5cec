import { posix } from 'node:path';
import { FUNCTION_KINDS, type FunctionKind, type FunctionTable, type NamedFrame, type Naming } from '@strata/profile';
import type { SourceFrame } from './api.ts';
import { baseName, kindOfBinary, kindOfFunction } from './function-kind.ts';
import { shortenName } from './shorten-name.ts';

/** A mapped file, as far as rows tell of it. */
export interface Binary {
  readonly name: string;
  readonly kind: FunctionKind;
}

export const binaryOf = (path: string): Binary => ({ name: baseName(path), kind: kindOfBinary(path) });

/** One call, before it is known what it merges into. */
interface Call {
  readonly name: string;
  readonly file: string;
  readonly binary: string;
  readonly line: number;
  readonly kind: FunctionKind;
  /** Stands for its file or binary where that is not known. */
  readonly place: string;
}

/**
 * Rows of a function table, one for each thing that frames merge into:
 *
 *     function   (name, base name of the file, binary)
 *     line       (name, base name of the file, binary, line), called `name:line`
 *     file       (file), or the binary where it is not known
 *     binary     (binary)
 *
 * Of a function only the base name counts, because every build may lie in a folder of its own, and two builds are to be
 * compared function by function.
 */
export class NameRows {
  readonly #naming: Naming;
  readonly #name: string[] = [];
  readonly #file: string[] = [];
  readonly #binary: string[] = [];
  readonly #kind: number[] = [];
  /** binary → file, or its base name → name → row. */
  readonly #rows = new Map<string, Map<string, Map<string, number>>>();
  readonly #short = new Map<string, string>();

  constructor(naming: Naming) {
    this.#naming = naming;
  }

  get size(): number {
    return this.#name.length;
  }

  /** Of a frame that came with its name. */
  ofNamed({ kind, function: name, file, line }: NamedFrame): number {
    if (kind === 'kernel')
      return this.#of({ name, file: '', binary: file, line, kind, place: placeOf(file, 'kernel') });
    if (kind === 'jit') return this.#of({ name, file, binary: '', line, kind, place: '[JIT]' });
    const origin = kindOfFunction(name, file, 'application');
    return this.#of({ name: this.#shorten(name), file, binary: '', line, kind: origin, place: placeOf('') });
  }

  /** Of one call at an address of a binary. */
  ofCall({ function: name, file, line }: SourceFrame, { name: binary, kind: of }: Binary): number {
    const kind = kindOfFunction(name, file, of);
    return this.#of({ name: this.#shorten(name), file, binary, line, kind, place: placeOf(binary) });
  }

  /** Of an address of a binary at which nothing is known. */
  ofUnnamed({ name: binary, kind }: Binary): number {
    const name = this.#naming.by === 'binary' && binary !== '' ? binary : placeOf(binary);
    return this.#add(name, '', binary, kind === 'application' ? 'unknown' : kind);
  }

  /** All rows. `line` is per row. */
  table(line: Uint32Array): FunctionTable {
    return { name: this.#name, file: this.#file, binary: this.#binary, kind: Uint8Array.from(this.#kind), line };
  }

  #of({ name, file, binary, line, kind, place }: Call): number {
    switch (this.#naming.by) {
      case 'function':
        return this.#add(name, file, binary, kind);
      case 'line':
        return this.#add(line > 0 ? `${name}:${line}` : name, file, binary, kind);
      case 'file': {
        if (file === '') return this.#add(place, '', binary, kind);
        // `./csu/../csu/libc-start.c` and `csu/libc-start.c` are one file.
        const path = posix.normalize(file);
        return this.#add(path, path, '', kind);
      }
      case 'binary':
        return this.#add(binary || place, '', binary, kind);
    }
  }

  /** A file or binary is of the kind that stands first in FUNCTION_KINDS among those of its functions. */
  #add(name: string, file: string, binary: string, kind: FunctionKind): number {
    const { by } = this.#naming;
    const names = under(under(this.#rows, binary), by === 'file' ? file : baseName(file));
    const known = names.get(name);
    if (known !== undefined) {
      // Of several paths the first by name, so that it does not depend on the order of frames.
      if (file < this.#file[known]!) this.#file[known] = file;
      this.#kind[known] = Math.min(this.#kind[known]!, FUNCTION_KINDS.indexOf(kind));
      return known;
    }
    const row = this.#name.length;
    names.set(name, row);
    this.#name.push(name);
    this.#file.push(file);
    this.#binary.push(binary);
    this.#kind.push(FUNCTION_KINDS.indexOf(kind));
    return row;
  }

  #shorten(name: string): string {
    if (this.#naming.names === 'full') return name;
    let short = this.#short.get(name);
    if (short === undefined) {
      short = shortenName(name, this.#naming.names);
      this.#short.set(name, short);
    }
    return short;
  }
}

const placeOf = (binary: string, otherwise = 'unknown') =>
  binary.startsWith('[') ? binary : `[${binary || otherwise}]`;

function under<Value>(map: Map<string, Map<string, Value>>, key: string): Map<string, Value> {
  let inner = map.get(key);
  if (inner === undefined) {
    inner = new Map();
    map.set(key, inner);
  }
  return inner;
}
