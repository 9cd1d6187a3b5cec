import type { Selection } from '@strata/storage';

/** One answer as it went out. */
export interface Answer {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Hash of the bytes, quoted as HTTP wants it. */
  readonly etag: string;
  /** What it answers, absolute: one for a flame graph, two for a comparison. */
  readonly selections: readonly Selection[];
  /** Milliseconds; when it was made. */
  readonly madeAt: number;
  /** Whether the same question would be answered the same later: the range is over and every name is known. */
  readonly settled: boolean;
}

const BUDGET_BYTES = 128 * 2 ** 20;
/** Two views that ask at once share one answer; a live one is never older than this. */
const UNSETTLED_MS = 2_000;
const SETTLED_MS = 600_000;

/**
 * Recent answers by question, least recently used leave first. It also remembers by hash what a reader sees, so that a
 * share keeps exactly that.
 */
export class AnswerCache {
  readonly #answers = new Map<string, Answer>();
  readonly #pending = new Map<string, Promise<Answer>>();
  #bytes = 0;

  /** The answer to a question, made by `make` unless a recent one is there. */
  async get(question: string, make: () => Promise<Answer>): Promise<Answer> {
    const known = this.#answers.get(question);
    if (known !== undefined && Date.now() - known.madeAt < (known.settled ? SETTLED_MS : UNSETTLED_MS)) {
      this.#keep(question, known);
      return known;
    }
    const pending = this.#pending.get(question);
    if (pending !== undefined) return pending;
    const making = make().finally(() => this.#pending.delete(question));
    this.#pending.set(question, making);
    const answer = await making;
    this.#keep(question, answer);
    return answer;
  }

  /** What was answered under this hash, while it is remembered. */
  find(etag: string): Answer | undefined {
    for (const answer of this.#answers.values()) if (answer.etag === etag) return answer;
    return undefined;
  }

  #keep(question: string, answer: Answer): void {
    const known = this.#answers.get(question);
    if (known !== undefined) this.#bytes -= known.bytes.length;
    this.#answers.delete(question);
    this.#answers.set(question, answer);
    this.#bytes += answer.bytes.length;
    for (const [oldest, { bytes }] of this.#answers) {
      if (this.#bytes <= BUDGET_BYTES) return;
      this.#answers.delete(oldest);
      this.#bytes -= bytes.length;
    }
  }
}
