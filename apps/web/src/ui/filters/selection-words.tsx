import { type Amount, formatCount } from '../amount.ts';

export interface SelectionWordsProps {
  readonly amount: Amount;
  readonly whole: number;
  readonly samples: number;
  /** Left out where there is no room for it. */
  readonly instances?: number;
}

/** What one is looking at: how much, from how many samples of how many instances. */
export function SelectionWords({ amount, whole, samples, instances }: SelectionWordsProps) {
  return (
    <p className="text-[12px] whitespace-nowrap text-ink-2">
      <b className="font-semibold text-ink">{amount.number(whole)}</b> {amount.unit} ·{' '}
      <b className="font-semibold text-ink">{formatCount(samples)}</b> {samples === 1 ? 'sample' : 'samples'}
      {instances !== undefined && (
        <span className="max-sm:hidden">
          {' · '}
          <span title="An instance is a program in one container or on one host; several processes of it there count as one.">
            <b className="font-semibold text-ink">{formatCount(instances)}</b>{' '}
            {instances === 1 ? 'instance' : 'instances'}
          </span>
        </span>
      )}
    </p>
  );
}
