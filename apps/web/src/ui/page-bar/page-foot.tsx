import type { ReactNode } from 'react';

/** The 28 px at the bottom: what was folded away, and keys. */
export function PageFoot({ children }: { readonly children: ReactNode }) {
  return (
    <footer className="flex min-h-7 shrink-0 flex-wrap items-center gap-x-4 border-t border-line px-4 text-[12px] text-ink-2">
      {children}
    </footer>
  );
}
