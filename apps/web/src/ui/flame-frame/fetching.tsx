/** A line along the upper edge while the next picture is on its way; invisible for the first 300 ms. */
export function Fetching({ active }: { readonly active: boolean }) {
  return active ? (
    <div role="progressbar" aria-label="Fetching the profile" className="skeleton absolute inset-x-0 top-0 z-20 h-0.5">
      <div className="h-full animate-pulse bg-accent motion-reduce:animate-none" />
    </div>
  ) : null;
}
