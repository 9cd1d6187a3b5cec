import { readPath, writePath } from '@strata/profile';
import { createParser } from 'nuqs';

/** `root=` of an address: names of frames from the outermost inward. */
export const parseAsRoot = createParser<readonly string[]>({
  parse: readPath,
  serialize: writePath,
  eq: (a, b) => a.length === b.length && a.every((name, i) => name === b[i]),
}).withDefault([]);
