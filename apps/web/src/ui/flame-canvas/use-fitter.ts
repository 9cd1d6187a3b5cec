import { useEffect, useMemo, useState } from 'react';
import { LabelFitter } from './label-fit.ts';

/** Fits names in the given font; measures again when the web font has come. */
export function useFitter(names: readonly string[], font: string): LabelFitter {
  const [loaded, setLoaded] = useState(0);
  useEffect(() => {
    if (document.fonts.check(font)) return;
    let live = true;
    document.fonts.load(font).then(() => live && setLoaded((count) => count + 1));
    return () => {
      live = false;
    };
  }, [font]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a font that has come changes every width
  return useMemo(() => {
    const context = document.createElement('canvas').getContext('2d')!;
    context.font = font;
    return new LabelFitter(names, (character) => context.measureText(character).width);
  }, [names, font, loaded]);
}
