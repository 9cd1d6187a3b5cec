import type { UnwindTableReport, UnwindTables } from '@strata/bpf';
import type { ExecutableOutcomes, ExecutableSummary, OutcomeCounts } from './executable-outcomes.ts';

/** How stacks ended in the programs of this node since the agent's start, and the unwind tables they hang on. */
export interface StackReport {
  /** First the most sampled. */
  readonly executables: readonly (ExecutableSummary & {
    /** What became of the executable's own table; null where none was asked for, as of kernel threads. */
    readonly table: Omit<UnwindTableReport, 'path'> | null;
  })[];
  /** Of all other executables. */
  readonly others: OutcomeCounts;
  /** Files without a table first, then the largest. */
  readonly tables: readonly UnwindTableReport[];
}

const ENTRIES_MOST = 200;
/** The collector takes 256 KiB. */
const BYTES_MOST = 192 << 10;
const PATH_CHARACTERS_MOST = 512;
const FAILURE_CHARACTERS_MOST = 500;

const undeleted = (path: string) => path.replace(/ \(deleted\)$/, '');

const shortened = (text: string, most: number) =>
  text.length <= most ? text : `${text.slice(0, most / 2)}…${text.slice(1 - most / 2)}`;

const figuresOf = ({ rows, rules, bytes, buildMs, failure }: UnwindTableReport) => ({
  rows,
  rules,
  bytes,
  buildMs: Math.round(buildMs * 100) / 100,
  failure: shortened(failure, FAILURE_CHARACTERS_MOST),
});

/** Half of the places are the largest tables', however many files have none. */
function tablesToTell(files: UnwindTables['files'], most: number): readonly UnwindTableReport[] {
  const failed = files.filter(({ failure }) => failure !== '');
  const built = files.filter(({ failure }) => failure === '').sort((a, b) => b.bytes - a.bytes);
  const room = Math.max(most - built.length, Math.ceil(most / 2));
  const latestFailed = failed.reverse().slice(0, room);
  return [...latestFailed, ...built.slice(0, most - latestFailed.length)].map((table) => ({
    path: shortened(table.path, PATH_CHARACTERS_MOST),
    ...figuresOf(table),
  }));
}

function withEntries(outcomes: ExecutableOutcomes, { files }: UnwindTables, most: number): StackReport {
  const byPath = new Map(files.map((table) => [undeleted(table.path), table]));
  const { executables, others } = outcomes.summary(most);
  return {
    executables: executables.map(({ path, outcomes }) => {
      const table = byPath.get(path);
      return { path: shortened(path, PATH_CHARACTERS_MOST), outcomes, table: table ? figuresOf(table) : null };
    }),
    others,
    tables: tablesToTell(files, most),
  };
}

/** What the collector is told: 200 executables and 200 tables, or as many as fit. */
export function stackReport(outcomes: ExecutableOutcomes, tables: UnwindTables): StackReport {
  for (let most = ENTRIES_MOST; ; most >>= 1) {
    const report = withEntries(outcomes, tables, most);
    if (most === 0 || Buffer.byteLength(JSON.stringify(report)) <= BYTES_MOST) return report;
  }
}
