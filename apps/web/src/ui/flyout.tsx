'use client';

import { type ReactNode, useId, useRef, useState } from 'react';

export interface FlyoutProps {
  /** What the button shows. */
  readonly trigger: ReactNode;
  /** Name of the button where its content does not say it. */
  readonly label?: string;
  readonly buttonClass: string;
  /** Content, rendered only while open. */
  readonly children: (close: () => void) => ReactNode;
  readonly align?: 'start' | 'end';
}

/** A button that opens a floating panel beneath it; Escape and a press elsewhere close it, as the browser does. */
export function Flyout({ trigger, label, buttonClass, children, align = 'start' }: FlyoutProps) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const place = () => {
    const at = button.current!.getBoundingClientRect();
    const { offsetWidth: width } = panel.current!;
    const left = align === 'start' ? at.left : at.right - width;
    panel.current!.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
    panel.current!.style.top = `${at.bottom + 6}px`;
    panel.current!.style.maxHeight = `${Math.max(160, innerHeight - at.bottom - 18)}px`;
    panel.current!.querySelector<HTMLElement>('[data-autofocus]')?.focus();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        popoverTarget={id}
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-label={label}
        className={buttonClass}
      >
        {trigger}
      </button>
      <div
        ref={panel}
        id={id}
        popover="auto"
        role="dialog"
        aria-label={label}
        className="inset-auto m-0 overflow-auto rounded-xl border border-line bg-panel p-0 text-ink shadow-float"
        onBeforeToggle={(event) => {
          if (event.newState === 'open') setOpen(true);
        }}
        onToggle={(event) => {
          setOpen(event.newState === 'open');
          if (event.newState === 'open') requestAnimationFrame(place);
        }}
      >
        {open && children(() => panel.current?.hidePopover())}
      </div>
    </>
  );
}
