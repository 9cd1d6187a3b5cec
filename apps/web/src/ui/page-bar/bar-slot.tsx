'use client';

import { type ReactNode, useEffect, useState } from 'react';
import { createPortal } from 'react-dom';

const SLOT = 'bar-slot';

/** The place in the page's bar, at its right end, that a view may fill. */
export function BarSlot() {
  return <div id={SLOT} className="contents" />;
}

/** Puts a view's own buttons (Share, Swap) into the page's bar. */
export function InBar({ children }: { readonly children: ReactNode }) {
  const [slot, setSlot] = useState<HTMLElement | null>(null);
  useEffect(() => setSlot(document.getElementById(SLOT)), []);
  return slot === null ? null : createPortal(children, slot);
}
