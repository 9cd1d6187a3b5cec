/** What a counter of an agent means, for someone who has never seen its source. Names are those of native/definitions. */
const MEANINGS: Readonly<Record<string, string>> = {
  'outcome.complete': 'The stack is whole, from the leaf to the outermost call.',
  'outcome.no_user_stack': 'A kernel thread, or the processor was only in the kernel: there is no stack of a program.',
  'outcome.truncated': 'The stack is deeper than the sampler walks; the outermost calls are missing.',
  'outcome.no_frame_pointer':
    'Code built without frame pointers: the walk ended early. Build with -fno-omit-frame-pointer to see the callers.',
  'outcome.bad_frame_pointer': 'The frame pointer led nowhere; the walk ended early.',
  'outcome.read_failed':
    'A page of the stack was not in memory and cannot be fetched while sampling; the walk ended early.',
  'outcome.exiting': 'The process was going away; its memory was already gone.',
  'dropped.stack_map_full': 'More different stacks than the table in the kernel holds between two drains.',
  'dropped.counts_full': 'More different (process, stack) pairs than the table in the kernel holds between two drains.',
  'dropped.ring_full': 'New stacks came faster than the agent could take them.',
  'dropped.recursion': 'The processor was already in the sampler.',
  'dropped.unknown_process': 'The process was gone before its name could be read.',
};

/** The sentence for a counter; `''` where its name says enough. */
export const meaningOf = (counter: string): string => MEANINGS[counter] ?? '';

/** `dropped.ring_full` → `ring full`, `spool.droppedBatches` → `dropped batches`. */
export function wordsOf(counter: string): string {
  const name = counter.slice(counter.indexOf('.') + 1);
  return name
    .replaceAll(/[_.-]+/g, ' ')
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
}
