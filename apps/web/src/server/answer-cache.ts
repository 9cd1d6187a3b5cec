import type { BuildId } from '@strata/profile';
import type { Selection } from '@strata/storage';
import type { IndexStamp } from '@strata/symbolizer';

/** One answer as it is made. */
export interface Answer {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Hash of the bytes, quoted as HTTP wants it. */
  readonly etag: string;
  /** What it answers, absolute: one for a flame graph, two for a comparison. */
  readonly selections: readonly Selection[];
  /** Files that its names are from. */
  readonly files: readonly BuildId[];
  /** Milliseconds; when it was made. */
  readonly madeAt: number;
  /** Whether no samples can come to it any more: then only new names change it. */
  readonly settled: boolean;
}

/** An answer with the stamp of the symbol indexes it was made with; `null` when they may have changed meanwhile. */
interface Kept {
  readonly answer: Answer;
  readonly stamp: string | null;
}

const BUDGET_BYTES = 128 * 2 ** 20;
/** Two views that ask at once share one answer; a live one is never older than this. */
const UNSETTLED_MS = 2_000;
const SETTLED_MS = 600_000;
/** For this long a store of indexes may not see that one has been replaced. */
const UNSEEN_MS = 6_000;

/**
 * Recent answers by question, least recently used leave first. An answer is as good as its names: a symbol index that comes or
 * is replaced ends every answer that asked it. The cache also remembers by hash what a reader sees, so that a
 * share keeps exactly that.
 */
export class AnswerCache {
  readonly #answers = new Map<string, Kept>();
  readonly #pending = new Map<string, Promise<Answer>>();
  readonly #stampOf: (files: readonly BuildId[]) => Promise<IndexStamp>;
  #bytes = 0;

  constructor(stampOf: (files: readonly BuildId[]) => Promise<IndexStamp>) {
    this.#stampOf = stampOf;
  }

  /** The answer to a question, made by `make` unless a recent one is there. */
  async get(question: string, make: () => Promise<Answer>): Promise<Answer> {
    const known = this.#answers.get(question);
    if (known !== undefined && (await this.#holds(known))) {
      this.#keep(question, known);
      return known.answer;
    }
    const pending = this.#pending.get(question);
    if (pending !== undefined) return pending;
    const making = this.#make(question, make).finally(() => this.#pending.delete(question));
    this.#pending.set(question, making);
    return making;
  }

  async #make(question: string, make: () => Promise<Answer>): Promise<Answer> {
    const startMs = Date.now();
    const answer = await make();
    const { text, changedAtMs } = await this.#stampOf(answer.files);
    this.#keep(question, { answer, stamp: changedAtMs < startMs - UNSEEN_MS ? text : null });
    return answer;
  }

  async #holds({ answer, stamp }: Kept): Promise<boolean> {
    const age = Date.now() - answer.madeAt;
    if (age < UNSETTLED_MS) return true;
    return answer.settled && age < SETTLED_MS && stamp === (await this.#stampOf(answer.files)).text;
  }

  /** What was answered under this hash, while it is remembered. */
  find(etag: string): Answer | undefined {
    for (const { answer } of this.#answers.values()) if (answer.etag === etag) return answer;
    return undefined;
  }

  #keep(question: string, kept: Kept): void {
    const known = this.#answers.get(question);
    if (known !== undefined) this.#bytes -= known.answer.bytes.length;
    this.#answers.delete(question);
    this.#answers.set(question, kept);
    this.#bytes += kept.answer.bytes.length;
    for (const [oldest, { answer }] of this.#answers) {
      if (this.#bytes <= BUDGET_BYTES) return;
      this.#answers.delete(oldest);
      this.#bytes -= answer.bytes.length;
    }
  }
}
