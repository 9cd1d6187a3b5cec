import type { inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from '../../server/router.ts';

/** A file with frames that have no name. */
export type MissingFile = inferRouterOutputs<AppRouter>['names']['missing']['files'][number];

/** What a file's state is called, and whether anything is to be done. */
export interface StateWords {
  readonly word: string;
  readonly tone: 'bad' | 'quiet' | 'accent';
}

const STATES: Readonly<Record<MissingFile['state'], StateWords>> = {
  waiting: { word: 'Being indexed', tone: 'accent' },
  failed: { word: 'Failed', tone: 'bad' },
  incomplete: { word: 'Partly known', tone: 'quiet' },
  missing: { word: 'No debug information', tone: 'bad' },
  unknown: { word: 'Waiting for an answer', tone: 'quiet' },
};

export const stateOf = ({ state }: Pick<MissingFile, 'state'>): StateWords => STATES[state];

export const baseName = (path: string) => path.slice(path.lastIndexOf('/') + 1) || path || 'unknown';
