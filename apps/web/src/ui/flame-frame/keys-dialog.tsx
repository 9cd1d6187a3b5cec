'use client';

import { useEffect, useRef } from 'react';

const KEYS: readonly (readonly [string, string])[] = [
  ['↑ ↓', 'To the caller, to its largest call'],
  ['← →', 'To the calls beside it'],
  ['Home End', 'To the first, the last of them'],
  ['Enter', 'Zoom to the selected frame'],
  ['Backspace', 'Zoom out by one'],
  ['Esc', 'Show all'],
  ['Shift click', 'Select without zooming'],
  ['/', 'Search'],
  ['n N', 'Next, previous match'],
  ['c', 'Copy the name'],
  ['?', 'This list'],
];

export interface KeysDialogProps {
  /** Keys of one page only. */
  readonly more?: readonly (readonly [keys: string, meaning: string])[];
  readonly onClose: () => void;
}

/** Every key of the flame graph. */
export function KeysDialog({ more = [], onClose }: KeysDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby="keys-title"
      onClose={onClose}
      className="m-auto w-[400px] max-w-[calc(100vw-32px)] rounded-xl border border-line bg-panel p-0 text-ink shadow-float backdrop:bg-black/30"
    >
      <div className="flex items-center justify-between border-b border-line px-4 py-3">
        <h2 id="keys-title" className="text-[13px] font-semibold">
          Keys
        </h2>
        <button
          type="button"
          aria-label="Close"
          className="grid size-7 place-items-center rounded-md text-ink-2 hover:bg-chip focus-visible:outline-2 focus-visible:outline-accent"
          onClick={() => dialog.current?.close()}
        >
          ×
        </button>
      </div>
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-2 px-4 py-4 text-[13px]">
        {[...KEYS, ...more].map(([keys, meaning]) => (
          <div key={keys} className="contents">
            <dt className="flex gap-1">
              {(keys === 'Shift click' ? [keys] : keys.split(' ')).map((key) => (
                <kbd
                  key={key}
                  className="min-w-6 rounded border border-line bg-chip px-1.5 text-center font-mono text-[11px] leading-5"
                >
                  {key}
                </kbd>
              ))}
            </dt>
            <dd className="text-ink-2">{meaning}</dd>
          </div>
        ))}
      </dl>
    </dialog>
  );
}
