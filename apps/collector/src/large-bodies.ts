import { Worker } from 'node:worker_threads';
import type { Settings } from '@strata/settings';
import { CollectorError, type CollectorErrorCode } from './collector-error.ts';
import type { Body, StoredBody } from './store-body.ts';

/** The worst bodies we know within all other limits need three quarters of it. */
const HEAP_MIB_MOST = 1_024;

/** What the thread answers to a body. */
export type Answer = StoredBody | { readonly refused: { readonly code: CollectorErrorCode; readonly message: string } };

/**
 * Stores large bodies on a thread of their own, one at a time: however long one takes, the others are answered meanwhile.
 * The thread starts with the first, and again when one took all its memory.
 */
export class LargeBodies {
  readonly #settings: Settings;
  readonly #heapMib: number;
  #thread: Worker | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #answer: (answer: Answer) => void = () => {};

  constructor(settings: Settings, heapMib = HEAP_MIB_MOST) {
    this.#settings = settings;
    this.#heapMib = heapMib;
  }

  /** Throws CollectorError. */
  store(body: Body): Promise<StoredBody> {
    const stored = this.#last.then(() => this.#storeNow(body));
    this.#last = stored.catch(() => undefined);
    return stored;
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#thread?.terminate();
  }

  async #storeNow(body: Body): Promise<StoredBody> {
    this.#thread ??= this.#start();
    const answered = new Promise<Answer>((resolve) => {
      this.#answer = resolve;
    });
    this.#thread.postMessage(body);
    const answer = await answered;
    if ('refused' in answer) throw new CollectorError(answer.refused.code, answer.refused.message);
    return answer;
  }

  #start(): Worker {
    const thread = new Worker(new URL('./large-body-thread.ts', import.meta.url), {
      workerData: this.#settings,
      resourceLimits: { maxOldGenerationSizeMb: this.#heapMib },
    });
    thread.on('message', (answer: Answer) => this.#answer(answer));
    thread.on('error', (error) => {
      this.#thread = null;
      this.#answer({ refused: asRefusal(error) });
    });
    return thread;
  }
}

function asRefusal(error: NodeJS.ErrnoException): { code: CollectorErrorCode; message: string } {
  if (error.code === 'ERR_WORKER_OUT_OF_MEMORY')
    return { code: 'UNPACKED_TOO_LARGE', message: 'The body needs more memory than one may; send less at a time.' };
  return { code: 'INTERNAL', message: `The collector made a mistake: ${error.message}.` };
}
