/** A grey stand-in of the size of what comes; invisible for the first 300 ms. Sizes come by `className`. */
export function Skeleton({ className = '' }: { readonly className?: string }) {
  return <span aria-hidden="true" className={`skeleton block ${className}`} />;
}

/** Says to a screen reader what the skeletons around it show to the eye. */
export function Loading({ what }: { readonly what: string }) {
  return (
    <span role="status" className="sr-only">
      Loading {what} …
    </span>
  );
}
