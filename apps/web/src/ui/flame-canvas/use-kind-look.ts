import type { FlameTree } from '@strata/profile';
import { useMemo } from 'react';
import type { Look } from './painter.ts';
import { kindFills, kindShades, ROOT_SHADE } from './shades.ts';
import { useFitter } from './use-fitter.ts';
import { usePalette } from './use-palette.ts';

/** Before the name of what was inlined into the frame above. */
export const INLINED_MARK = '↳ ';

/** Colours by what a function is part of. `inverted` says that callers go down. */
export function useKindLook(tree: FlameTree, inverted: boolean): Look {
  const palette = usePalette(kindFills);
  const fitter = useFitter(tree.functions.name, palette.font);
  return useMemo(() => {
    const shades = kindShades(tree.functions);
    return {
      palette,
      labelOf: (node: number, room: number) => (node === 0 ? 'all' : fitter.fit(tree.function[node]!, room)),
      functionOf: (node: number) => (node === 0 ? -1 : tree.function[node]!),
      shadeOf: (node: number) => (node === 0 ? ROOT_SHADE : shades[tree.function[node]!]!),
      markOf: (node: number) => (tree.inlined[node] === 1 ? INLINED_MARK : ''),
      isInlined: (node: number) => !inverted && tree.inlined[node] === 1,
    };
  }, [tree, palette, fitter, inverted]);
}
