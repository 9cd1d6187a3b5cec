/**
 * Work for which doing many costs what doing one does: what is asked while it is under way waits and is done together, next.
 * Alone, a caller waits for nobody.
 */
export class Gathering<Item, Result> {
  readonly #work: (items: readonly Item[]) => Promise<Result>;
  #waiting: Item[] = [];
  #next: Promise<Result> | null = null;
  #running: Promise<unknown> = Promise.resolve();

  constructor(work: (items: readonly Item[]) => Promise<Result>) {
    this.#work = work;
  }

  /** The result is of all items together; so is a failure. */
  add(item: Item): Promise<Result> {
    this.#waiting.push(item);
    this.#next ??= this.#running.then(() => this.#start());
    return this.#next;
  }

  #start(): Promise<Result> {
    const items = this.#waiting;
    this.#waiting = [];
    this.#next = null;
    const result = this.#work(items);
    this.#running = result.catch(() => undefined);
    return result;
  }
}
