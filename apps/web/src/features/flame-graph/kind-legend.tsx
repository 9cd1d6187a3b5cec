import { FUNCTION_KINDS } from '@strata/profile';
import { useMemo } from 'react';
import { KIND_WORDS } from './kind-words.ts';

const COLOURS: Readonly<Record<(typeof FUNCTION_KINDS)[number], string>> = {
  application: 'bg-(--flame-application)',
  library: 'bg-(--flame-library)',
  runtime: 'bg-(--flame-runtime)',
  kernel: 'bg-(--flame-kernel)',
  jit: 'bg-(--flame-jit)',
  unknown: 'bg-(--flame-unknown)',
};

export interface KindLegendProps {
  /** Per function, its kind. */
  readonly kinds: Uint8Array;
  /** Per node, 1 where it is marked as inlined. */
  readonly inlined: Uint8Array;
}

/** What the colours and marks of the graph mean; only of those that are in it. */
export function KindLegend({ kinds, inlined }: KindLegendProps) {
  const present = useMemo(() => {
    const seen = new Set(kinds);
    return FUNCTION_KINDS.filter((_, kind) => seen.has(kind));
  }, [kinds]);
  const hasInlined = useMemo(() => inlined.includes(1), [inlined]);
  return (
    <ul
      aria-label="Colours"
      title="Colour is what a function is part of; shades of one colour only tell neighbours apart."
      className="flex gap-x-3 max-sm:flex-wrap"
    >
      {present.map((kind) => (
        <li key={kind} className="flex items-center gap-1.5">
          <span aria-hidden="true" className={`size-2.5 rounded-xs ${COLOURS[kind]}`} />
          {KIND_WORDS[kind]}
        </li>
      ))}
      {hasInlined && (
        <li className="flex items-center gap-1" title="The compiler put the function’s code into its caller’s.">
          <span aria-hidden="true">↳</span> inlined
        </li>
      )}
    </ul>
  );
}
