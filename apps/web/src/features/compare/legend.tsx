/** What the colours of a difference mean, in signs and words as well. */
export function Legend() {
  return (
    <div className="flex h-9 shrink-0 items-center gap-3 text-[12px] text-ink-2 max-sm:hidden">
      <span>▼ gone</span>
      <span
        aria-hidden="true"
        className="h-2 w-64 max-w-[30%] rounded-full bg-linear-to-r from-diff-less via-diff-same to-diff-more"
      />
      <span>▲ new</span>
      <span className="ml-4 truncate">Pale: within sampling noise. Width: mean of both sides.</span>
    </div>
  );
}
