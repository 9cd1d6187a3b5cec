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

/** What the colours of the graph mean; only of those that are in it. */
export function KindLegend({ kinds }: { readonly kinds: Uint8Array }) {
  const present = useMemo(() => {
    const seen = new Set(kinds);
    return FUNCTION_KINDS.filter((_, kind) => seen.has(kind));
  }, [kinds]);
  return (
    <ul
      aria-label="Colours"
      title="Colour is what a function is part of; shades of one colour only tell neighbours apart."
      className="flex gap-x-3"
    >
      {present.map((kind) => (
        <li key={kind} className="flex items-center gap-1.5">
          <span aria-hidden="true" className={`size-2.5 rounded-xs ${COLOURS[kind]}`} />
          {KIND_WORDS[kind]}
        </li>
      ))}
    </ul>
  );
}
