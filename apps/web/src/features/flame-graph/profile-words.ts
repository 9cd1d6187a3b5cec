import type { Amount } from '../../ui/amount.ts';

/** What a profile's numbers mean, for every part of the view that writes them. */
export interface ProfileWords {
  readonly amount: Amount;
  /** Total of the whole profile, in its unit. */
  readonly whole: number;
  /** Samples in the whole profile; 0 when unknown. */
  readonly samples: number;
}

/** How many samples a value stands for, as sampled; `null` when the profile has no count. */
export function samplesOf(words: ProfileWords, value: number): number | null {
  return words.samples > 0 && words.whole > 0 ? Math.round((value / words.whole) * words.samples) : null;
}
