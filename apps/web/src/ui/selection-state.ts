'use client';

import { parseAsNativeArrayOf, parseAsString, useQueryStates } from 'nuqs';
import { useMemo } from 'react';
import { groupLabels, type LabelChoice, writeLabels } from '../address/label.ts';
import {
  type AbsoluteRange,
  isLive,
  type RangeText,
  refreshMs,
  resolveRange,
  STANDARD_RANGE,
} from '../address/time.ts';

/** Sides of a comparison have `.a` and `.b` behind their parameters; `null` is a view of one selection. */
export type Side = 'a' | 'b' | null;

const parsers = {
  from: parseAsString.withDefault(STANDARD_RANGE.from),
  to: parseAsString.withDefault(STANDARD_RANGE.to),
};
const choiceParsers = {
  type: parseAsString.withDefault('cpu'),
  version: parseAsNativeArrayOf(parseAsString),
  label: parseAsNativeArrayOf(parseAsString),
};

/** Names of the address's parameters for a side. The profile type is one for both. */
const keysOf = (side: Side): { from: string; to: string; version: string; label: string } => {
  const end = side === null ? '' : `.${side}`;
  return { from: `from${end}`, to: `to${end}`, version: `version${end}`, label: `label${end}` };
};

export interface RangeState {
  readonly text: RangeText;
  /** The range at this moment; the standard one where the address holds nonsense, and then `problem` says so. */
  readonly now: AbsoluteRange;
  readonly problem: string | null;
  /** Whether the range ends now, so that its view updates itself. */
  readonly live: boolean;
  /** For react-query's `refetchInterval`. */
  readonly refetchInterval: number | false;
  /** Pushes a step of history. */
  readonly set: (range: RangeText) => void;
}

/** The range in the address: `from`, `to`, or those of a side. */
export function useRange(side: Side = null): RangeState {
  const keys = keysOf(side);
  // A side says its range in full: an address without one is a comparison still to be filled in.
  const [text, setText] = useQueryStates(parsers, {
    urlKeys: { from: keys.from, to: keys.to },
    history: 'push',
    clearOnDefault: side === null,
  });
  return useMemo(() => {
    const now = Date.now() / 1000;
    const resolved = resolveRange(text, now);
    const problem = 'problem' in resolved ? resolved.problem : null;
    const range = 'problem' in resolved ? (resolveRange(STANDARD_RANGE, now) as AbsoluteRange) : resolved;
    const live = problem === null && isLive(text);
    return {
      text,
      now: range,
      problem,
      live,
      refetchInterval: live ? refreshMs(range) : false,
      set: (next) => void setText({ from: next.from, to: next.to }),
    };
  }, [text, setText]);
}

export interface SelectionState {
  readonly range: RangeState;
  readonly type: string;
  readonly versions: readonly string[];
  readonly labels: readonly LabelChoice[];
  readonly setType: (type: string) => void;
  readonly setVersions: (versions: readonly string[]) => void;
  readonly setLabels: (labels: readonly LabelChoice[]) => void;
  /** For `/api/v1/flame?service=…` and the like, with the range as the address has it. */
  readonly query: (service: string) => URLSearchParams;
}

/** What a view looks at, as the address has it. */
export function useSelection(side: Side = null): SelectionState {
  const keys = keysOf(side);
  const range = useRange(side);
  const [choice, setChoice] = useQueryStates(choiceParsers, {
    urlKeys: { version: keys.version, label: keys.label },
    history: 'push',
  });
  return useMemo(() => {
    const labels = groupLabels(choice.label ?? []);
    const versions = choice.version ?? [];
    return {
      range,
      type: choice.type,
      versions,
      labels,
      setType: (type) => void setChoice({ type: type === 'cpu' ? null : type }),
      setVersions: (next) => void setChoice({ version: next.length > 0 ? [...next] : null }),
      setLabels: (next) => void setChoice({ label: next.length > 0 ? writeLabels(next) : null }),
      query: (service) =>
        new URLSearchParams([
          ['service', service],
          ['type', choice.type],
          ['from', range.text.from],
          ['to', range.text.to],
          ...versions.map((version) => ['version', version]),
          ...writeLabels(labels).map((label) => ['label', label]),
        ]),
    };
  }, [choice, setChoice, range]);
}
