import { parseAsNativeArrayOf, parseAsString, useQueryStates } from 'nuqs';
import { useEffect, useRef } from 'react';
import { type RangeText, resolveRange, STANDARD_RANGE } from '../../address/time.ts';
import { presets, type SideChoice, standardSides, type VersionSpan } from './presets.ts';

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
 * Fills an address that leaves a side open, in place: from then on the address says what is compared. A alone open gets
 * the first baseline of B. Answers whether the sides are settled, so that nothing is fetched for ones about to change.
 */
export function useStandardSides(versions: readonly VersionSpan[] | undefined): boolean {
  const [sides, setSides] = useQueryStates(parsers, { history: 'replace' });
  const names = (end: '.a' | '.b') =>
    Object.entries(sides).some(([name, value]) => name.endsWith(end) && value !== null && value.length > 0);
  const [namedA, namedB] = [names('.a'), names('.b')];
  const done = useRef(false);
  useEffect(() => {
    if (namedA || versions === undefined || done.current) return;
    done.current = true;
    const now = Date.now() / 1000;
    const standard = standardSides(versions, now);
    const b = namedB ? named(sides) : standard.b;
    const a = namedB ? presets(b, spanOf(b.range, now), versions, now)[0]!.choice : standard.a;
    void setSides({
      'from.a': a.range.from,
      'to.a': a.range.to,
      'version.a': a.versions.length > 0 ? [...a.versions] : null,
      'from.b': b.range.from,
      'to.b': b.range.to,
      'version.b': b.versions.length > 0 ? [...b.versions] : null,
    });
  }, [namedA, namedB, sides, versions, setSides]);
  return namedA || done.current;
}

function named(sides: {
  readonly 'from.b': string | null;
  readonly 'to.b': string | null;
  readonly 'version.b': string[] | null;
}): SideChoice {
  const { 'from.b': from, 'to.b': to, 'version.b': versions } = sides;
  return { range: from !== null && to !== null ? { from, to } : STANDARD_RANGE, versions: versions ?? [] };
}

function spanOf(range: RangeText, now: number): number {
  const resolved = resolveRange(range, now);
  return 'problem' in resolved ? 900 : resolved.to - resolved.from;
}
