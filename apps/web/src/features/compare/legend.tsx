/** What the colours of a difference mean, in signs and words as well. */
export function Legend() {
  return (
    <div className="flex min-h-9 shrink-0 flex-wrap items-center gap-x-3 gap-y-1 py-1.5 text-[12px] text-ink-2">
      <span className="flex items-center gap-2">
        ▼ gone
        <span
          aria-hidden="true"
          className="h-2 w-24 rounded-full bg-linear-to-r from-diff-less to-[color-mix(in_srgb,var(--diff-less)_32%,var(--diff-same))] max-sm:w-14"
        />
        less
      </span>
      <span className="flex items-center gap-2">
        more
        <span
          aria-hidden="true"
          className="h-2 w-24 rounded-full bg-linear-to-r from-[color-mix(in_srgb,var(--diff-more)_32%,var(--diff-same))] to-diff-more max-sm:w-14"
        />
        ▲ new
      </span>
      <span className="flex items-center gap-2">
        <span aria-hidden="true" className="h-2 w-6 rounded-full bg-diff-same" />
        within sampling noise
      </span>
      <span className="truncate max-sm:hidden">Width: mean of both sides.</span>
    </div>
  );
}
