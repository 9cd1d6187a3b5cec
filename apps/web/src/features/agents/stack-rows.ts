import type { inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from '../../server/router.ts';
import { formatShare } from '../../ui/amount.ts';

export type AgentStacks = NonNullable<inferRouterOutputs<AppRouter>['agents']['stacks']>;
export type Outcomes = AgentStacks['others'];

export interface StackRow {
  /** Of the executable; `''` for all others. */
  readonly path: string;
  readonly samples: number;
  /** Of the samples with a stack to walk; null when there was none. */
  readonly completeShare: number | null;
  readonly incomplete: number;
  /** Why samples have no whole stack, most frequent first: names as in `reasons.ts`. */
  readonly causes: readonly { readonly name: string; readonly count: number }[];
  /** Why the executable has no unwind table, or `''`. */
  readonly failure: string;
  /** Its own unwind table; null when there is none, or it is not known. */
  readonly table: { readonly rows: number; readonly bytes: number; readonly buildMs: number } | null;
}

const KERNEL = '[kernel]';
/** There was no stack to walk, so that nothing was cut off. */
const STACKLESS = ['EXITING', 'KERNEL_ONLY'];

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

function rowOf(path: string, outcomes: Outcomes, table: AgentStacks['executables'][number]['table']): StackRow {
  const samples = sum(Object.values(outcomes));
  const complete = outcomes.COMPLETE ?? 0;
  const walked = samples - sum(STACKLESS.map((name) => outcomes[name] ?? 0));
  return {
    path,
    samples,
    completeShare: walked > 0 ? complete / walked : null,
    incomplete: walked - complete,
    causes: Object.entries(outcomes)
      .filter(([name, count]) => name !== 'COMPLETE' && count > 0)
      .map(([name, count]) => ({ name: `outcome.${name}`, count }))
      .sort((a, b) => b.count - a.count),
    failure: table?.failure ?? '',
    table: table && table.failure === '' ? table : null,
  };
}

export interface StackRows {
  /** Most incomplete samples first; all other executables, if there are any, last. */
  readonly rows: readonly StackRow[];
  /** Samples of the kernel's own threads, which have no program below them. */
  readonly kernelSamples: number;
}

export function stackRows({ executables, others }: AgentStacks): StackRows {
  const rows = executables
    .filter(({ path }) => path !== KERNEL)
    .map(({ path, outcomes, table }) => rowOf(path, outcomes, table))
    .sort((a, b) => b.incomplete - a.incomplete || b.samples - a.samples);
  const rest = rowOf('', others, null);
  const kernel = executables.find(({ path }) => path === KERNEL);
  return {
    rows: rest.samples > 0 ? [...rows, rest] : rows,
    kernelSamples: sum(Object.values(kernel?.outcomes ?? {})),
  };
}

/** `99.97 %`: next to all it is what lacks that counts, and not all is never `100 %`. */
export function formatCompleteness(share: number): string {
  if (share < 0.999 || share === 1) return formatShare(share);
  return `${(Math.floor(share * 1e4) / 1e2).toFixed(2)}\u202f%`;
}
