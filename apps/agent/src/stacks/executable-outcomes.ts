import type { Outcome } from '@strata/bpf';

/** How often stacks ended in which way; what never happened is left out. */
export type OutcomeCounts = Readonly<Partial<Record<Outcome, number>>>;

export interface ExecutableSummary {
  /** Path of the main executable as the process has it, `[kernel]`, or `[unknown]`. */
  readonly path: string;
  readonly outcomes: OutcomeCounts;
}

const EXECUTABLES_MOST = 2_000;
/** So many leave at once: if it were one, a newcomer would always be the least sampled, and leave before it could grow. */
const LEAVING = 200;

interface Row {
  samples: number;
  outcomes: Partial<Record<Outcome, number>>;
}

const emptyRow = (): Row => ({ samples: 0, outcomes: {} });

function addTo(row: Row, outcome: Outcome, count: number): void {
  row.samples += count;
  row.outcomes[outcome] = (row.outcomes[outcome] ?? 0) + count;
}

function sumInto(row: Row, outcomes: OutcomeCounts): void {
  for (const [outcome, count] of Object.entries(outcomes)) addTo(row, outcome as Outcome, count);
}

/** How the stacks of each executable ended, since the agent's start. Every sample is in one executable or in the others. */
export class ExecutableOutcomes {
  #rows = new Map<string, Row>();
  /** Of executables that left for ones that are sampled more. */
  #left = emptyRow();

  add(executable: string, outcome: Outcome, count: number): void {
    const row = this.#rows.get(executable) ?? emptyRow();
    addTo(row, outcome, count);
    this.#rows.set(executable, row);
    if (this.#rows.size <= EXECUTABLES_MOST) return;
    for (const [path, { outcomes }] of this.#bySamples().slice(-LEAVING)) {
      sumInto(this.#left, outcomes);
      this.#rows.delete(path);
    }
  }

  /** The `most` executables with most samples, first the most sampled, and all others as one. */
  summary(most: number): { readonly executables: readonly ExecutableSummary[]; readonly others: OutcomeCounts } {
    const rows = this.#bySamples();
    const others = emptyRow();
    sumInto(others, this.#left.outcomes);
    for (const [, { outcomes }] of rows.slice(most)) sumInto(others, outcomes);
    return {
      executables: rows.slice(0, most).map(([path, { outcomes }]) => ({ path, outcomes: { ...outcomes } })),
      others: others.outcomes,
    };
  }

  #bySamples(): (readonly [string, Row])[] {
    return [...this.#rows].sort(([, a], [, b]) => b.samples - a.samples);
  }
}
