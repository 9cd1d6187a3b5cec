import {
  type BuildId,
  type Frame,
  type FrameNames,
  heaviestLines,
  type LookupAddress,
  type Naming,
  STANDARD_NAMING,
  type StackProfile,
} from '@strata/profile';
import type { IndexStore, Resolution, SourceFrame } from './api.ts';
import { type Binary, binaryOf, NameRows } from './name-rows.ts';
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

/** What the frames of a profile are called. */
export interface NamedFrames {
  readonly names: FrameNames;
  readonly unresolved: Map<BuildId, UnresolvedBinary>;
  /** Every file whose index was asked. */
  readonly files: readonly BuildId[];
}

/**
 * Names every frame of a profile, with the calls inlined at its address. Calls that `naming` does not tell apart share a row;
 * the addresses of a binary that have no name share one row, `[libfoo.so]`. A file that cannot be read costs its own
 * names only.
 */
export async function nameFrames(
  profile: Pick<StackProfile, 'stacks' | 'value'>,
  store: IndexStore,
  naming: Naming = STANDARD_NAMING,
): Promise<NamedFrames> {
  const { frames } = profile.stacks;
  const files = filesOf(frames);
  await Promise.all([...files].map(([buildId, file]) => resolveAll(store, buildId, file)));

  const rows = new NameRows(naming);
  const start = new Uint32Array(frames.length + 1);
  const functions: number[] = [];
  const lines: number[] = [];
  const add = (row: number, line: number) => {
    functions.push(row);
    lines.push(line);
  };
  for (let i = 0; i < frames.length; i++) {
    const frame = frames[i]!;
    if (frame.kind !== 'native') add(rows.ofNamed(frame), frame.line);
    else {
      const file = files.get(frame.mapping.buildId)!;
      const chain = file.next();
      if (chain.length === 0) add(rows.ofUnnamed(file.binary), 0);
      for (let call = chain.length - 1; call >= 0; call--) add(file.rowOf(chain[call]!, rows), chain[call]!.line);
    }
    start[i + 1] = functions.length;
  }
  const calls = { start, function: Uint32Array.from(functions), line: Uint32Array.from(lines) };
  const foldsRepeats = naming.by === 'file' || naming.by === 'binary';
  // A binary has lines of many files.
  const heaviest =
    naming.by === 'binary' ? new Uint32Array(rows.size) : heaviestLines(profile, { ...calls, foldsRepeats }, rows.size);
  return {
    names: { functions: rows.table(heaviest), ...calls, foldsRepeats },
    files: [...files.keys()],
    unresolved: new Map([...files].flatMap(([buildId, file]) => (file.unnamed > 0 ? [[buildId, file.missing()]] : []))),
  };
}

const NOTHING: Resolution = [];

/** A mapped file with the profile's addresses in it, in the order of frames. */
class MappedFile {
  readonly path: string;
  readonly binary: Binary;
  readonly addresses: LookupAddress[] = [];
  answer: Answer = { resolutions: null, reason: 'NO_INDEX', message: '' };
  /** How many addresses were taken by `next` that have no name. */
  unnamed = 0;
  #taken = 0;
  // A store gives the same object for the same call, so that most calls need one look-up.
  readonly #known = new Map<SourceFrame, number>();

  constructor(path: string) {
    this.path = path;
    this.binary = binaryOf(path);
  }

  /** What is known of the next address. */
  next(): Resolution {
    const resolution = this.answer.resolutions?.[this.#taken++] ?? NOTHING;
    if (resolution.length === 0) this.unnamed++;
    return resolution;
  }

  rowOf(call: SourceFrame, rows: NameRows): number {
    let row = this.#known.get(call);
    if (row === undefined) {
      row = rows.ofCall(call, this.binary);
      this.#known.set(call, row);
    }
    return row;
  }

  missing(): UnresolvedBinary {
    return { file: this.path, frames: this.unnamed, reason: this.answer.reason, message: this.answer.message };
  }
}

function filesOf(frames: readonly Frame[]): Map<BuildId, MappedFile> {
  const files = new Map<BuildId, MappedFile>();
  for (const frame of frames) {
    if (frame.kind !== 'native') continue;
    const { buildId, file: path } = frame.mapping;
    let file = files.get(buildId);
    if (file === undefined) {
      file = new MappedFile(path);
      files.set(buildId, file);
    }
    file.addresses.push(frame.address);
  }
  return files;
}

async function resolveAll(store: IndexStore, buildId: BuildId, file: MappedFile): Promise<void> {
  file.answer = await ask(store, buildId, file.addresses);
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
