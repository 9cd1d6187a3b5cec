import type { Selection } from '@strata/storage';
import { WebError } from './errors.ts';
import { type ParameterMap, readSelection } from './selection.ts';

/**
 * Reads the two sides of a comparison: parameters with `.a` or `.b` behind their names are of that side (`from.a`,
 * `version.b`, `label.a`), `service` and `type` of both unless a side has its own. Throws WebError.
 */
export function readSides(
  parameters: ParameterMap,
  now: number,
  more: readonly string[] = [],
): { readonly a: Selection; readonly b: Selection } {
  const side = (end: '.a' | '.b') => {
    const other = end === '.a' ? '.b' : '.a';
    const hasOwn = [...parameters.keys()].some((name) => name.endsWith(end));
    const own = new Map<string, readonly string[]>();
    for (const [name, values] of parameters) {
      if (name.endsWith(other)) continue;
      if (name.endsWith(end)) own.set(name.slice(0, -end.length), values);
      else if (!own.has(name)) own.set(name, values);
    }
    try {
      return readSelection(own, now, more);
    } catch (error) {
      if (!(error instanceof WebError) || !hasOwn) throw error;
      throw new WebError(error.code, `Side ${end === '.a' ? 'A' : 'B'}: ${error.message}`, { cause: error });
    }
  };
  return { a: side('.a'), b: side('.b') };
}
