import type { DiffModel } from '@strata/profile';
import { useMemo } from 'react';
import type { Look } from '../../ui/flame-canvas/painter.ts';
import { diffFills, diffShade } from '../../ui/flame-canvas/shades.ts';
import { useFitter } from '../../ui/flame-canvas/use-fitter.ts';
import { INLINED_MARK } from '../../ui/flame-canvas/use-kind-look.ts';
import { usePalette } from '../../ui/flame-canvas/use-palette.ts';

/** Purple for less, orange for more, grey within noise; ▲ and ▼ as well, so that colour is never alone. */
export function useDiffLook(model: DiffModel): Look {
  const palette = usePalette(diffFills);
  const fitter = useFitter(model.functions.name, palette.font);
  return useMemo(() => {
    const size = model.depth.length;
    const shades = new Uint8Array(size);
    const marks = new Int8Array(size);
    for (let node = 0; node < size; node++) {
      const { score, withinNoise } = model.change(node);
      shades[node] = diffShade(score, withinNoise);
      marks[node] = withinNoise ? 0 : Math.sign(score);
    }
    return {
      palette,
      labelOf: (node, room) => (node === 0 ? 'all' : fitter.fit(model.function[node]!, room)),
      functionOf: (node) => (node === 0 ? -1 : model.function[node]!),
      shadeOf: (node) => shades[node]!,
      markOf: (node) =>
        (marks[node] === 0 ? '' : marks[node]! > 0 ? '▲ ' : '▼ ') + (model.inlined[node] === 1 ? INLINED_MARK : ''),
      isInlined: (node) => model.inlined[node] === 1,
    };
  }, [model, palette, fitter]);
}
