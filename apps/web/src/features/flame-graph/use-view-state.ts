import { createParser, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { useMemo } from 'react';
import { parseAsRoot } from '../../ui/flame-frame/root-parser.ts';
import { type ExplorerState, VIEWS } from './view-state.ts';

const parsers = {
  view: parseAsStringLiteral(VIEWS).withDefault('flame'),
  inv: createParser<boolean>({ parse: (text) => text === '1', serialize: (on) => (on ? '1' : '0') }).withDefault(false),
  root: parseAsRoot,
  find: parseAsString.withDefault(''),
};

/** The view as the address has it. Zooming and switching are steps of history, typing is not. */
export function useViewState(): ExplorerState {
  const [{ view, inv, root, find }, setState] = useQueryStates(parsers);
  return useMemo(
    () => ({
      view,
      inverted: inv,
      root,
      find,
      set: ({ inverted, ...change }) => {
        const onlyTyping = Object.keys(change).every((key) => key === 'find') && inverted === undefined;
        void setState(
          { ...change, ...(inverted === undefined ? {} : { inv: inverted }) },
          { history: onlyTyping ? 'replace' : 'push' },
        );
      },
    }),
    [view, inv, root, find, setState],
  );
}
