import { NORMS } from '@strata/profile';
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { useMemo } from 'react';
import { parseAsRoot } from '../../ui/flame-frame/root-parser.ts';
import type { DiffState } from './diff-state.ts';

const parsers = {
  norm: parseAsStringLiteral(NORMS).withDefault('share'),
  root: parseAsRoot,
  find: parseAsString.withDefault(''),
};

/** The comparison's view as the address has it. Typing is no step of history. */
export function useDiffState(): DiffState {
  const [{ norm, root, find }, setState] = useQueryStates(parsers);
  return useMemo(
    () => ({
      norm,
      root,
      find,
      set: (change) => {
        const onlyTyping = Object.keys(change).every((key) => key === 'find');
        void setState(change, { history: onlyTyping ? 'replace' : 'push' });
      },
    }),
    [norm, root, find, setState],
  );
}
