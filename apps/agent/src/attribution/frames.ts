import type { BuildId, Frame, LookupAddress, NamedFrame, NativeFrame } from '@strata/profile';

/** Frames from the outermost to the leaf. The object is the same for the same stack, so it can be a key. */
export interface FramePath {
  readonly frames: readonly Frame[];
}

export const NO_FRAMES: FramePath = { frames: [] };

/** One object per distinct frame, so that stacks share them. */
export class FrameTable {
  #native = new Map<BuildId, Map<number, NativeFrame>>();
  #named = new Map<string, NamedFrame>();
  #size = 0;

  /** Distinct frames kept. */
  get size(): number {
    return this.#size;
  }

  native(buildId: BuildId, file: string, address: number): NativeFrame {
    const frames = this.#native.get(buildId) ?? new Map<number, NativeFrame>();
    if (frames.size === 0) this.#native.set(buildId, frames);
    const known = frames.get(address);
    if (known) return known;
    // One file under two paths is one file: the path seen first stands for both.
    const mapping = frames.values().next().value?.mapping ?? { buildId, file };
    const frame: NativeFrame = { kind: 'native', mapping, address: address as LookupAddress };
    frames.set(address, frame);
    this.#size++;
    return frame;
  }

  named(kind: NamedFrame['kind'], name: string, file = '', line = 0): NamedFrame {
    const key = `${kind} ${line} ${file}\0${name}`;
    const known = this.#named.get(key);
    if (known) return known;
    const frame: NamedFrame = { kind, function: name, file, line };
    this.#named.set(key, frame);
    this.#size++;
    return frame;
  }

  /** Forgets everything, so that frames nobody samples any more give their memory back. */
  clear(): void {
    this.#native.clear();
    this.#named.clear();
    this.#size = 0;
  }
}
