import { useQuery } from '@tanstack/react-query';
import { parseAsNativeArrayOf, parseAsString, useQueryStates } from 'nuqs';
import { useEffect, useMemo } from 'react';
import { STANDARD_RANGE } from '../../address/time.ts';
import { useTRPC } from '../../ui/trpc.ts';
import { presets, type SideChoice, sidesWithSamples, spanOf, standardSides, type VersionSpan } from './presets.ts';

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
/** As fine as samples are stored, where the range is not too long for that. */
const FINEST_SECONDS = 10;
const MOST_STEPS = 240;

/**
 * Fills an address that leaves a side open, in place: from then on the address says what is compared. A alone open gets
 * the first baseline of B. Answers whether the sides are settled, so that nothing is fetched for ones about to change.
 */
export function useStandardSides(service: string, type: string, versions: readonly VersionSpan[] | undefined): boolean {
  const [sides, setSides] = useQueryStates(parsers, { history: 'replace' });
  const names = (end: '.a' | '.b') =>
    Object.entries(sides).some(([name, value]) => name.endsWith(end) && value !== null && value.length > 0);
  const [namedA, namedB] = [names('.a'), names('.b')];
  const { 'from.b': from, 'to.b': to, 'version.b': versionsB, 'label.b': labels } = sides;

  const wanted = useMemo(() => {
    if (namedA || versions === undefined) return null;
    const now = Date.now() / 1000;
    if (!namedB) return { now, ...standardSides(versions, now) };
    const range = from !== null && to !== null ? { from, to } : STANDARD_RANGE;
    const b: SideChoice = { range, versions: versionsB ?? [] };
    const span = spanOf(b, now);
    return { now, b, a: presets(b, span.to - span.from, versions, now)[0]!.choice };
  }, [namedA, namedB, versions, from, to, versionsB]);

  // Another version has samples in its own time; earlier ones of the same may not be there.
  const unsure = wanted !== null && wanted.a.versions.join() === wanted.b.versions.join();
  const trpc = useTRPC();
  const asked = useMemo(() => {
    if (!unsure) return { selection: '', steps: 2 };
    const [a, b] = [spanOf(wanted.a, wanted.now), spanOf(wanted.b, wanted.now)];
    const selection = new URLSearchParams([
      ...Object.entries({ service, type, from: String(a.from), to: String(b.to) }),
      ...wanted.b.versions.map((version) => ['version', version]),
      ...(labels ?? []).map((label) => ['label', label]),
    ]);
    const steps = Math.min(MOST_STEPS, Math.max(2, Math.floor((b.to - a.from) / FINEST_SECONDS)));
    return { selection: selection.toString(), steps };
  }, [unsure, wanted, service, type, labels]);
  const recorded = useQuery(trpc.service.timeline.queryOptions(asked, { enabled: unsure, retry: false }));

  const answered = !unsure || recorded.data !== undefined || recorded.isError;
  useEffect(() => {
    if (wanted === null || !answered) return;
    const { a, b } = recorded.data === undefined ? wanted : sidesWithSamples(wanted, recorded.data, wanted.now);
    void setSides({
      'from.a': a.range.from,
      'to.a': a.range.to,
      'version.a': a.versions.length > 0 ? [...a.versions] : null,
      'label.a': labels,
      'from.b': b.range.from,
      'to.b': b.range.to,
      'version.b': b.versions.length > 0 ? [...b.versions] : null,
    });
  }, [wanted, answered, recorded.data, labels, setSides]);
  return namedA;
}
