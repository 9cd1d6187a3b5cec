import { parseAsNativeArrayOf, parseAsString, useQueryStates } from 'nuqs';
import { useEffect, useRef } from 'react';
import { standardSides, type VersionSpan } from './presets.ts';

const parsers = {
  'from.a': parseAsString,
  'to.a': parseAsString,
  'version.a': parseAsNativeArrayOf(parseAsString),
  'label.a': parseAsNativeArrayOf(parseAsString),
  'from.b': parseAsString,
  'to.b': parseAsString,
  'version.b': parseAsNativeArrayOf(parseAsString),
  'label.b': parseAsNativeArrayOf(parseAsString),
};

/**
 * Fills an address that names no sides, in place: from then on the address says what is compared. Answers whether the
 * sides are settled, so that nothing is fetched for ones that are about to change.
 */
export function useStandardSides(versions: readonly VersionSpan[] | undefined): boolean {
  const [sides, setSides] = useQueryStates(parsers, { history: 'replace' });
  const named = Object.values(sides).some((value) => value !== null && value.length > 0);
  const done = useRef(false);
  useEffect(() => {
    if (named || versions === undefined || done.current) return;
    done.current = true;
    const { a, b } = standardSides(versions, Date.now() / 1000);
    void setSides({
      'from.a': a.range.from,
      'to.a': a.range.to,
      'version.a': a.versions.length > 0 ? [...a.versions] : null,
      'from.b': b.range.from,
      'to.b': b.range.to,
      'version.b': b.versions.length > 0 ? [...b.versions] : null,
    });
  }, [named, versions, setSides]);
  return named;
}
