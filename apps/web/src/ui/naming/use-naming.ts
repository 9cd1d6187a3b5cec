import { GROUPS, type Group, NAME_STYLES, type NameStyle, STANDARD_NAMING } from '@strata/profile';
import { parseAsStringLiteral, useQueryStates } from 'nuqs';
import { useMemo } from 'react';
import { parseAsRoot } from '../flame-frame/root-parser.ts';

const parsers = {
  group: parseAsStringLiteral(GROUPS).withDefault(STANDARD_NAMING.by),
  names: parseAsStringLiteral(NAME_STYLES).withDefault(STANDARD_NAMING.names),
  root: parseAsRoot,
};

/** What frames merge by and how their names read, as the address has it. */
export interface NamingState {
  readonly group: Group;
  readonly names: NameStyle;
  readonly setGroup: (group: Group) => void;
  readonly setNames: (names: NameStyle) => void;
  /** For `/api/v1/flame?…` and the like; nothing where it is the standard. */
  readonly parameters: readonly (readonly [name: string, value: string])[];
}

/** The naming in the address. Frames have other names after a change, so the way to the zoomed one is let go. */
export function useNaming(): NamingState {
  const [{ group, names }, set] = useQueryStates(parsers, { history: 'push' });
  return useMemo(
    () => ({
      group,
      names,
      setGroup: (next) => void set({ group: next, root: null }),
      setNames: (next) => void set({ names: next, root: null }),
      parameters: [
        ...(group === STANDARD_NAMING.by ? [] : [['group', group] as const]),
        ...(names === STANDARD_NAMING.names ? [] : [['names', names] as const]),
      ],
    }),
    [group, names, set],
  );
}
