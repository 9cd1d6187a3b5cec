'use client';

import { useEffect, useRef } from 'react';
import { Kbd } from '../../ui/kbd.tsx';

/** Narrows the list by name; `/` goes there from anywhere, Escape empties it. */
export function FilterBox({ value, onValue }: { readonly value: string; readonly onValue: (value: string) => void }) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const typing = (event.target as HTMLElement).matches?.('input, textarea, select, [contenteditable]');
      if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      input.current?.focus();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
  return (
    <label className="flex h-8 w-85 max-w-full items-center max-sm:w-full gap-2 rounded-lg border border-line-strong bg-panel px-2.5 has-focus-visible:border-accent has-focus-visible:outline-2 has-focus-visible:outline-accent/30">
      <input
        ref={input}
        type="text"
        aria-label="Filter services"
        placeholder="Filter services"
        autoComplete="off"
        spellCheck={false}
        value={value}
        className="min-w-0 flex-1 bg-transparent outline-none placeholder:text-ink-3"
        onChange={(event) => onValue(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && onValue('')}
      />
      <Kbd>/</Kbd>
    </label>
  );
}
