/** The mark: layers of ground. */
export function Mark({ size = 20 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" className="fill-accent">
      <rect x="7" y="2" width="6" height="3" rx="1" opacity="0.45" />
      <rect x="4" y="7" width="12" height="3.5" rx="1" opacity="0.7" />
      <rect x="0.5" y="12.5" width="19" height="4" rx="1" />
    </svg>
  );
}
