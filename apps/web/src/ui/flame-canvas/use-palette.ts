import { useEffect, useMemo, useState } from 'react';
import { makePalette, type Palette, type Rgb } from './palette.ts';

/** Read once per theme; the size is that of a row's text. */
const FONT = '12px "Inter Variable", Inter, system-ui, sans-serif';

/** The palette of the theme now shown; a new one when the theme changes. Only for components that never render on a server. */
export function usePalette(fillsOf: (token: (name: string) => string) => readonly Rgb[]): Palette {
  const [theme, setTheme] = useState(0);
  useEffect(() => {
    const changed = () => setTheme((count) => count + 1);
    const media = matchMedia('(prefers-color-scheme: dark)');
    media.addEventListener('change', changed);
    const observer = new MutationObserver(changed);
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['class', 'data-theme', 'style'] });
    return () => {
      media.removeEventListener('change', changed);
      observer.disconnect();
    };
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme is what the tokens are read from
  return useMemo(() => {
    const style = getComputedStyle(document.documentElement);
    return makePalette(fillsOf(style.getPropertyValue.bind(style)), style.getPropertyValue.bind(style), FONT);
  }, [theme, fillsOf]);
}
