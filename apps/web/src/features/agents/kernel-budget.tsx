import { formatCount } from '../../ui/amount.ts';
import type { AgentCounters } from './agent-counters.ts';
import { formatBinaryBytes } from './table-figures.ts';

/** What sampling takes of the memory it may take in the kernel, and what did not find room. */
export function KernelBudget({ tables }: { readonly tables: NonNullable<AgentCounters['tables']> }) {
  const { bytes, bytesMost, built, failed, evicted } = tables;
  return (
    <div className="pb-2">
      <div className="flex h-1.5 max-w-100 overflow-hidden rounded-full bg-chip" aria-hidden="true">
        <span className="bg-accent/70" style={{ width: `${Math.min(1, bytes / Math.max(1, bytesMost)) * 100}%` }} />
      </div>
      <p className="flex flex-wrap gap-x-5 pt-2 text-[12px] text-ink-2">
        <span>
          <b className="font-medium text-ink">{formatBinaryBytes(bytes)}</b> of {formatBinaryBytes(bytesMost)} in the
          kernel
        </span>
        <span>
          {formatCount(built)} {built === 1 ? 'file has' : 'files have'} a table
        </span>
        {failed > 0 && (
          <span>
            {formatCount(failed)} {failed === 1 ? 'has' : 'have'} none
          </span>
        )}
        <span className={evicted > 0 ? 'text-bad' : ''}>{formatCount(evicted)} left to make room</span>
      </p>
      {evicted > 0 && (
        <p className="text-[12px] text-ink-2">
          What left is made ready again when it is needed; meanwhile stacks are cut off there. STRATA_KERNEL_BYTES
          grants more.
        </p>
      )}
    </div>
  );
}
