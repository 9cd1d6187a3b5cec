import { INTERRUPTED_BIT, type SampledStack } from '../../src/index.ts';
import type { AddressSpaces, FilePlace } from './address-spaces.ts';
import { placeIn } from './address-spaces.ts';
import { CALL_BYTES_MOST, followsCall } from './call-site.ts';
import type { ElfFile, ElfFiles } from './elf-file.ts';
import { isEntryCode } from './thread-entry.ts';

const INTERRUPTED = 1n << BigInt(INTERRUPTED_BIT);
/** `mov $15, %rax; syscall`: the kernel puts its address on the stack when it delivers a signal; nobody called from there. */
const SIGNAL_RETURN = Buffer.from('48c7c00f0000000f05', 'hex');
/** `nop` in front and a call behind: `runtime.goexit`, whose address Go plants as the outermost one of every goroutine. */
const NOP = 0x90;
const CALL = 0xe8;

/** A frame with what its name is looked up by. */
export interface FramePlace extends FilePlace {
  /** Of the file's program headers; -1 when the file cannot be read. One less than a return address. */
  readonly lookup: number;
  readonly isReturnAddress: boolean;
}

export interface Judged {
  /** Leaf first; `null` where no file stands behind. */
  readonly places: readonly (FramePlace | null)[];
  /** Return addresses into files, and those of them that stand behind a call. */
  readonly callers: number;
  readonly behindCalls: number;
  /** Those that do not, with their position. */
  readonly odd: readonly number[];
  /** Whether the outermost frame is a thread's entry; `null`: only its name can tell. */
  readonly isWhole: boolean | null;
}

/** Judges stacks by the code that their addresses lie in, and by nothing that the unwinder used. */
export class Judge {
  readonly #spaces: AddressSpaces;
  readonly #files: ElfFiles;
  readonly #plausible = new Map<string, boolean>();

  constructor(spaces: AddressSpaces, files: ElfFiles) {
    this.#spaces = spaces;
    this.#files = files;
  }

  judge(pid: number, stack: SampledStack): Judged {
    const isReturn = [...stack.addresses].map((address, i) => i > 0 && (address & INTERRUPTED) === 0n);
    const places = [...stack.addresses].map((address, i) =>
      this.#place(pid, Number(address & ~INTERRUPTED), isReturn[i]!),
    );
    const checked = [...places.keys()].filter((i) => isReturn[i] && places[i] && places[i].lookup >= 0);
    const odd = checked.filter((i) => !this.#isPlausible(places[i]!));
    return {
      places,
      callers: checked.length,
      behindCalls: checked.length - odd.length,
      odd,
      isWhole: this.#isWhole(places.at(-1)),
    };
  }

  #place(pid: number, address: number, isReturnAddress: boolean): FramePlace | null {
    const mapping = this.#spaces.find(pid, address);
    if (!mapping) return null;
    const place = placeIn(mapping, address);
    const offset = isReturnAddress ? place.offset - 1 : place.offset;
    return { ...place, lookup: this.#files.get(place.file)?.addressOf(offset) ?? -1, isReturnAddress };
  }

  #isPlausible({ file, offset }: FramePlace): boolean {
    const key = `${file}\0${offset}`;
    const known = this.#plausible.get(key);
    if (known !== undefined) return known;
    const answer = isBehindCall(this.#files.get(file)!, offset);
    this.#plausible.set(key, answer);
    return answer;
  }

  #isWhole(outermost: FramePlace | null | undefined): boolean | null {
    const elf = outermost ? this.#files.get(outermost.file) : null;
    if (!outermost || !elf) return false;
    return isEntryCode(elf, outermost.offset, outermost.isReturnAddress) ? true : null;
  }
}

function isBehindCall(elf: ElfFile, offset: number): boolean {
  const start = Math.max(0, offset - CALL_BYTES_MOST);
  const bytes = elf.read(start, offset - start + SIGNAL_RETURN.length);
  const before = bytes.subarray(0, offset - start);
  const behind = bytes.subarray(before.length);
  const isPlanted = before.at(-1) === NOP && behind[0] === CALL;
  return followsCall(before) || isPlanted || behind.equals(SIGNAL_RETURN);
}
