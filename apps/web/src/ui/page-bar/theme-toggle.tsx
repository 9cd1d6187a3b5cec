'use client';

import { useState } from 'react';
import { applyTheme, THEMES, type Theme } from '../theme.ts';

const WORDS: Record<Theme, string> = { system: 'as the system', light: 'light', dark: 'dark' };
const PATHS: Record<Theme, string> = {
  system: 'M2 3h12v8H2zM6 14h4M8 11v3',
  light: 'M8 5a3 3 0 1 0 0 6a3 3 0 0 0 0-6M8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1',
  dark: 'M13.5 9.5A5.8 5.8 0 0 1 6.5 2.5A5.8 5.8 0 1 0 13.5 9.5',
};

/** Goes round: the system's theme, light, dark. */
export function ThemeToggle({ initial }: { readonly initial: Theme }) {
  const [theme, setTheme] = useState(initial);
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length]!;
  return (
    <button
      type="button"
      aria-label={`Theme: ${WORDS[theme]}. Change to ${WORDS[next]}`}
      title={`Theme: ${WORDS[theme]}`}
      className="grid size-8 shrink-0 place-items-center rounded-lg border border-line-strong bg-panel text-ink-2 transition-colors hover:bg-chip hover:text-ink"
      onClick={() => {
        applyTheme(next);
        setTheme(next);
      }}
    >
      <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true" className="fill-none stroke-current">
        <path d={PATHS[theme]} strokeWidth="1.3" strokeLinecap="round" strokeLinejoin="round" />
      </svg>
    </button>
  );
}
