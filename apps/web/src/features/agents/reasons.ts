/**
 * What became of events, for someone who has never seen the source. Names are those of native/definitions; those an older
 * agent may still report stay.
 */
export const MEANINGS = {
  'outcome.COMPLETE': 'The stack is whole, from the leaf to the outermost call.',
  'outcome.NO_RULE':
    'An address of the stack is in no unwind information, as in code made by hand: the callers are missing.',
  'outcome.UNSUPPORTED_RULE':
    'The unwind information says in a rare way where the caller is, which is not followed: the callers are missing.',
  'outcome.NO_TABLE':
    'The unwind table of a file was not ready yet, or could not be had: the callers are missing. Common in the first seconds of a program.',
  'outcome.NOT_CODE':
    'What should be a return address is none, mostly because the step before went wrong: the callers are missing.',
  'outcome.NO_FRAME_POINTER':
    'Code with neither unwind information nor frame pointers: its callers are missing. Build with -fno-omit-frame-pointer to see them.',
  'outcome.NOT_ABOVE': 'A step led to no older frame of the stack, so the walk ended there: the callers are missing.',
  'outcome.REGISTER_LOST':
    'The caller hangs on a register whose value is not known there, mostly after a signal: the callers are missing.',
  'outcome.READ_FAULT':
    'A page of the stack was not in memory, and sampling may not wait for it: the callers are missing.',
  'outcome.TRUNCATED': 'The stack is deeper than the sampler walks: the outermost calls are missing.',
  'outcome.KERNEL_ONLY': 'A thread of the kernel itself: there is no program below it.',
  'outcome.EXITING': 'The process was ending and had already given its memory back.',
  'dropped.COUNTS_FULL': 'More different stacks than the table in the kernel holds between two drains.',
  'dropped.STACK_RING_FULL': 'New stacks came faster than the agent could take them.',
  'dropped.MISSED':
    'A busy CPU ran the sampler too late for the tick: mostly a virtual CPU whose time its host gave to another.',
} as const satisfies Readonly<Record<string, string>>;

/** The sentence for an outcome or a drop reason; `''` for one this page does not know yet. */
export const meaningOf = (counter: string): string => (MEANINGS as Readonly<Record<string, string>>)[counter] ?? '';

/** `dropped.STACK_RING_FULL` → `stack ring full`. */
export const wordsOf = (counter: string): string =>
  counter
    .slice(counter.indexOf('.') + 1)
    .replaceAll('_', ' ')
    .toLowerCase();

/** A counter of delivery and upkeep in words; `lossy` ones should stay at 0. */
export interface UpkeepWords {
  readonly label: string;
  /** A sentence; `''` for one this page does not know yet. */
  readonly meaning: string;
  readonly lossy: boolean;
}

type Words = readonly [label: string, meaning: string];

const UPKEEP: Readonly<Record<string, Words>> = {
  processes: ['processes known', 'Programs of this node that the agent follows at the moment.'],
  'push.stored': ['batches stored', 'Samples go to the collector in batches, one every ten seconds.'],
  'push.duplicate': ['batches sent twice', 'The first answer got lost on its way. The collector stored them once.'],
  'push.retries': [
    'pushes tried again',
    'The collector did not answer, or asked to wait. Samples wait on disk meanwhile.',
  ],
  'spool.batches': ['batches waiting on disk', 'They are sent as soon as the collector takes them.'],
  'spool.bytes': ['bytes waiting on disk', 'What the waiting batches take of the disk.'],
  'symbols.sent': ['symbol indexes sent', 'The names of a file’s functions, sent once for each file.'],
  'debug_files.sent': [
    'debug files sent',
    'The collector asked for them: they hold the lines and inlined calls of a file.',
  ],
  'debug_files.unavailable': [
    'debug files not found',
    'The node has none for these files, so their lines and inlined calls stay unknown.',
  ],
  'debug_files.failed': [
    'debug files not delivered',
    'Sending them failed. They are sent when the collector asks again.',
  ],
  'symbols.unavailable': ['files without symbols', 'They hold no names of functions: their frames show as [FILE].'],
};

const LOSSY: Readonly<Record<string, Words>> = {
  'push.refused': [
    'batches refused by the collector',
    'It could not read them. Agent and collector may be of different versions.',
  ],
  'push.refused_samples': ['samples refused by the collector', 'Those in the refused batches: they are lost.'],
  'spool.dropped_batches': [
    'batches dropped, disk budget full',
    'The collector was away for longer than the disk budget lasts.',
  ],
  'spool.dropped_samples': [
    'samples dropped, disk budget full',
    'Those in the dropped batches, oldest first: they are lost.',
  ],
  'stacks.missing': ['samples whose stack got lost', 'The kernel counted them, but their stack had left its table.'],
  'drain.failed': ['drains failed', 'Reading samples from the kernel failed. They are read the next time.'],
  'process_events.lost': [
    'process events lost',
    'Starts and ends of programs came too fast. A look at all programs makes up for it within a minute.',
  ],
  'tables.cache_failures': [
    'unwind tables not kept on disk',
    'They are made anew when the agent starts again. The disk may be full.',
  ],
  'symbols.failed': [
    'symbol indexes not delivered',
    'Functions of these files have no names until they are sent again.',
  ],
};

export function upkeepWordsOf(counter: string): UpkeepWords {
  const lossy = LOSSY[counter];
  const [label, meaning] = lossy ?? UPKEEP[counter] ?? [counter.replaceAll(/[._]/g, ' '), ''];
  return { label, meaning, lossy: lossy !== undefined };
}
