import type { ReactNode } from 'react';

/** A key of the keyboard; not where there is none. */
export function Kbd({ children }: { readonly children: ReactNode }) {
  return (
    <kbd className="pointer-coarse:hidden inline-grid min-w-5 place-items-center rounded border border-line-strong bg-panel px-1 font-mono text-[11px] leading-4 text-ink-2">
      {children}
    </kbd>
  );
}
