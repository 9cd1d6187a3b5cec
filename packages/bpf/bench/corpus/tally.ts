import { OUTCOMES, type Outcome, type SampledStack } from '../../src/index.ts';
import type { FramePlace, Judged } from './judge.ts';
import type { SymbolNames } from './symbol-names.ts';
import { isEntryName } from './thread-entry.ts';

/**
 * Callees whose return address is not where they were called: Go's signal handler puts there where it interrupted the caller,
 * and libgcc the landing pad of an exception.
 */
const PLANTED =
  /^(runtime\.(asyncPreempt|sigpanic|sigpanic0|debugCallV2)(\.abi0)?|_Unwind_(Resume|RaiseException|Resume_or_Rethrow))$/;
const CAUSES_MOST = 24;
const CHAIN_MOST = 12;

/** Samples that ended alike at the same place, and one of their stacks from that place inwards. */
export interface Cause {
  readonly what: string;
  readonly samples: number;
  /** `function (file+0xaddress)`, the address as the file's program headers write it. */
  readonly at: string;
  readonly inwards: readonly string[];
}

export interface Verdict {
  readonly samples: number;
  /** Of samples that were not `EXITING`: those whose user stack is whole, in percent. */
  readonly complete: number | null;
  /** The same without those that fell into the time before the tables of their files were built. */
  readonly completeWithTables: number | null;
  /** Claim to be whole and do not end at a thread's entry. */
  readonly wrong: number;
  /** Every outcome that occurred. */
  readonly outcomes: Partial<Record<Outcome, number>>;
  /** Return addresses into files that stand behind a call, in percent; and the number looked at. */
  readonly behindCalls: number | null;
  readonly callers: number;
  readonly framesMean: number;
  readonly framesMost: number;
  readonly causes: readonly Cause[];
}

interface Group {
  readonly what: string;
  readonly stack: readonly (FramePlace | null)[];
  readonly position: number;
  samples: number;
}

/** The samples of one group of processes, judged. */
export class Tally {
  samples = 0;
  readonly #outcomes = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  readonly #groups = new Map<string, Group>();
  #callers = 0;
  #behindCalls = 0;
  #frames = 0;
  #framesMost = 0;

  /** A sample without a stack of a process that is no kernel thread: its memory was gone. */
  addWithoutStack(samples: number): void {
    this.samples += samples;
    this.#outcomes.EXITING += samples;
  }

  add({ outcome, addresses }: SampledStack, judged: Judged, samples: number): void {
    this.samples += samples;
    this.#outcomes[outcome] += samples;
    this.#frames += addresses.length * samples;
    this.#framesMost = Math.max(this.#framesMost, addresses.length);
    this.#callers += judged.callers * samples;
    this.#behindCalls += judged.behindCalls * samples;
    const last = addresses.length - 1;
    if (outcome !== 'COMPLETE') this.#note(outcome, judged, last, samples);
    else if (judged.isWhole !== true) this.#note(judged.isWhole === false ? 'wrong' : 'to name', judged, last, samples);
    for (const position of judged.odd) this.#note('not behind a call', judged, position, samples);
  }

  #note(what: string, { places }: Judged, position: number, samples: number): void {
    const place = places[position];
    const callee = what === 'not behind a call' ? keyOf(places[position - 1]) : '';
    // A file without a table ends every stack that reaches it, wherever; and a JIT's code has no places that last.
    const isOneCause = what === 'NO_TABLE' || !place || place.lookup < 0;
    const key = `${what}\0${isOneCause ? place?.file : keyOf(place)}\0${callee}`;
    const group = this.#groups.get(key) ?? { what, stack: places, position, samples: 0 };
    group.samples += samples;
    this.#groups.set(key, group);
  }

  async verdict(names: SymbolNames): Promise<Verdict> {
    let [wrong, behindCalls] = [0, this.#behindCalls];
    const causes: Group[] = [];
    for (const group of this.#groups.values()) {
      const { what, stack, position, samples } = group;
      if (what === 'to name' && isEntryName(await names.nameOf(stack[position]))) continue;
      const callee = what === 'not behind a call' ? await names.nameOf(stack[position - 1]) : '';
      if (PLANTED.test(callee)) behindCalls += samples;
      else causes.push(what === 'to name' ? { ...group, what: 'wrong' } : group);
      if (what === 'wrong' || what === 'to name') wrong += samples;
    }
    causes.sort((a, b) => b.samples - a.samples);
    const { EXITING, KERNEL_ONLY, COMPLETE, NO_TABLE } = this.#outcomes;
    const judged = this.samples - EXITING - KERNEL_ONLY;
    return {
      samples: this.samples,
      complete: percent(COMPLETE - wrong, judged),
      completeWithTables: percent(COMPLETE - wrong, judged - NO_TABLE),
      wrong,
      outcomes: Object.fromEntries(Object.entries(this.#outcomes).filter(([, count]) => count > 0)),
      behindCalls: percent(behindCalls, this.#callers),
      callers: this.#callers,
      framesMean: Number((this.#frames / Math.max(1, judged)).toFixed(1)),
      framesMost: this.#framesMost,
      causes: await Promise.all(causes.slice(0, CAUSES_MOST).map((group) => explain(group, names))),
    };
  }
}

async function explain({ what, stack, position, samples }: Group, names: SymbolNames): Promise<Cause> {
  const inwards = stack.slice(Math.max(0, position - CHAIN_MOST), position).reverse();
  return {
    what,
    samples,
    at: await names.describe(stack[position]),
    inwards: await Promise.all(inwards.map((place) => names.describe(place))),
  };
}

const keyOf = (place: FramePlace | null | undefined) => (place ? `${place.file}+${place.offset}` : '');

/** Rounded down to hundredths: 100 means all of them. */
export const percent = (part: number, whole: number) => (whole === 0 ? 100 : Math.floor((part / whole) * 10_000) / 100);
