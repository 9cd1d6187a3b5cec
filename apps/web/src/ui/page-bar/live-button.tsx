'use client';

import { parseTime, writeTime } from '../../address/time.ts';
import { useRange } from '../selection-state.ts';

/** Whether the view follows the clock. Pressing it holds the range as it is now, or lets the same length run again. */
export function LiveButton() {
  const { live, now, set, text } = useRange();
  const toggle = () => {
    if (live) return set({ from: String(now.from), to: String(now.to) });
    const from = parseTime(text.from);
    const seconds = from?.kind === 'relative' ? from.secondsAgo : now.to - now.from;
    set({ from: writeTime({ kind: 'relative', secondsAgo: seconds }), to: 'now' });
  };
  return (
    <button
      type="button"
      aria-pressed={live}
      title={live ? 'Updates by itself. Press to hold this range.' : 'Held. Press to follow the clock.'}
      className="group inline-flex h-8 items-center gap-1.5 rounded-lg border border-line-strong bg-panel px-2.5 text-ink-2 transition-colors hover:bg-chip aria-pressed:text-ink max-sm:px-2"
      onClick={toggle}
    >
      <span
        aria-hidden="true"
        className="size-1.5 rounded-full bg-ink-3 group-aria-pressed:bg-good group-aria-pressed:shadow-[0_0_0_3px_color-mix(in_srgb,var(--good)_22%,transparent)]"
      />
      <span className="max-sm:sr-only">live</span>
    </button>
  );
}
